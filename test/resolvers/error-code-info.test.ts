import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ERROR_CODES } from '../../datasources/contract/error-codes.js'
import { type App, startApp } from '../support/app.js'

interface Info {
  readonly code: string
  readonly meaning: string
  readonly retryable: boolean | null
  readonly httpStatuses: readonly number[]
}

let app: App
let infos: readonly Info[]
beforeAll(async () => {
  app = await startApp()
  const { data, errors } = await app.run<{ errorCodes: readonly Info[] }>(
    '{ errorCodes { code meaning retryable httpStatuses } }',
    {},
    { scopes: [] },
  )
  expect(errors).toEqual([])
  infos = data.errorCodes
})
afterAll(() => app.close())

test('a token without scopes reads every code, and no provider is called', () => {
  expect(infos.map(({ code }) => code).sort()).toEqual(Object.keys(ERROR_CODES).sort())
  expect(infos.filter(({ meaning }) => !meaning.endsWith('.'))).toEqual([])
})

test('a request without a token is refused', async () => {
  const { errors } = await app.run('{ errorCodes { code } }', {}, { token: null })
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED'])
})

test('a code of which each error says by itself whether it is retryable has no such word here', () => {
  expect(infos.flatMap(({ code, retryable }) => (retryable === null ? [code] : [])).sort()).toEqual(['OUTCOME_UNKNOWN'])
})

test('the codes have the statuses and the retryability of docs/errors.md', () => {
  const rows = [
    ...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| \[`([A-Z_]+)`\]\S+ \| ([^|]+) \| ([^|]+) \|$/gm),
  ].map(([, code, statuses, retryable]) => ({
    code: code!,
    httpStatuses: (statuses!.match(/\d{3}/g) ?? []).map(Number).sort((a, b) => a - b),
    retryable: { yes: true, no: false, 'as the error says': null }[retryable!],
  }))
  const byCode = (a: { code: string }, b: { code: string }) => (a.code < b.code ? -1 : 1)
  expect(infos.map(({ code, httpStatuses, retryable }) => ({ code, httpStatuses, retryable })).sort(byCode)).toEqual(
    rows.sort(byCode),
  )
})
