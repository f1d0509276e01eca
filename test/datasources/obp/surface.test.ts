import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.js'
import { control } from '../../support/obp.js'
import { customerRows } from './surface/customers.js'
import { definitionsRows } from './surface/definitions.js'
import { engagementRows } from './surface/engagement.js'
import { kycRows } from './surface/kyc.js'
import { linksRows } from './surface/links.js'
import { onboardingRows } from './surface/onboarding.js'
import { OPERATIONS } from './surface/operations.js'
import { recordsRows } from './surface/records.js'
import type { SurfaceRow } from './surface/row.js'
import { searchRows } from './surface/search.js'
import { updatesRows } from './surface/updates.js'

const rows: readonly SurfaceRow[] = [
  ...customerRows,
  ...kycRows,
  ...recordsRows,
  ...updatesRows,
  ...linksRows,
  ...definitionsRows,
  ...searchRows,
  ...onboardingRows,
  ...engagementRows,
]

/** The operations that a release does not have; every other one works at it. */
const RELEASES: [release: string, absent: readonly string[]][] = [
  ['2020-10', []],
  ['2023-04', []],
  ['2024-10', ['createCreditLimitRequest', 'getCreditLimitRequestByRequestId', 'getCreditLimitRequests']],
]

test('every operation of the Open Bank Project has a row', () => {
  expect(new Set(rows.map(({ n, operation }) => `${n} ${operation}`))).toEqual(
    new Set(OPERATIONS.map(([n, operation]) => `${n} ${operation}`)),
  )
})

describe.each(RELEASES)('the Open Bank Project as of %s', (release, absent) => {
  let app: App
  const answered = new Set<number>()
  beforeAll(async () => {
    app = await startApp()
    await control(app, 'release', { release })
  })
  afterAll(async () => {
    console.log(`${release}: ${answered.size}/${OPERATIONS.length} operations answer through the graph`)
    await app.close()
  })

  test.each(rows.map((row) => [row.n, row.operation, row] as const))('%i %s', async (_n, operation, row) => {
    const variables = typeof row.variables === 'function' ? await row.variables(app) : (row.variables ?? {})
    app.clear()
    const { data, errors } = await app.run(row.query, variables, row.options)
    if (absent.includes(operation)) {
      expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_NOT_CONFIGURED' } }])
      expect(errors[0]!.message).toContain(` ${operation} `)
      return
    }
    expect(errors).toEqual([])
    expect(data).toMatchObject(row.data as object)
    const { method, path, query = {}, body } = row.request(variables)
    const heard = app.recorded('obp').map((call) => {
      const url = new URL(call.url, 'http://provider')
      return {
        method: call.method,
        path: decodeURIComponent(url.pathname),
        query: Object.fromEntries(url.searchParams),
        ...(call.body === undefined ? {} : { body: call.body }),
      }
    })
    expect(heard).toContainEqual({ method, path, query, ...(body === undefined ? {} : { body }) })
    const [, , wanted, place] = OPERATIONS.find(([n]) => n === row.n)!
    expect(method).toBe(wanted)
    expect(path).toMatch(new RegExp(`^${place.replaceAll('*', '[^/]+')}$`))
    answered.add(row.n)
  })
})
