import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { ConfigError, readConfig } from '../../src/config.js'
import { type App, startApp, startGround } from '../support/app.js'
import { folder, NO_PROVIDERS, write, writeTenants } from '../support/tenants-file.js'

const SYNCTERA = { SYNCTERA_URL: 'https://synctera.test', SYNCTERA_API_KEY: 'key' }
const file = (...ids: string[]) => writeTenants(Object.fromEntries(ids.map((id) => [id, { settings: SYNCTERA }])))

/** A further issuer, with these tenants of its own or none. */
function issuers(tenants: string | undefined): string {
  const path = `${folder()}/issuers.json`
  const entry = { AUTH_ISSUER: 'https://further.test', AUTH_AUDIENCE: 'x', AUTH_JWKS_URL: 'https://further.test/jwks' }
  write(path, JSON.stringify([{ ...entry, ...(tenants === undefined ? {} : { AUTH_TENANTS: tenants }) }]))
  return path
}

function problems(settings: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig({
      AUTH_ISSUER: 'https://first.test',
      AUTH_AUDIENCE: 'x',
      AUTH_JWKS_URL: 'https://first.test/jwks',
      ...settings,
    })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const UNKNOWN = 'AUTH_TENANTS names a tenant that TENANTS_FILE does not have'
const ENTRY = 'AUTH_ISSUERS_FILE, entry 1: '

describe('the start with', () => {
  test.each<
    readonly [
      what: string,
      file: readonly string[] | undefined,
      first: string | undefined,
      further: string | null | undefined,
      expected: readonly string[],
    ]
  >([
    ['neither', undefined, undefined, null, []],
    ['AUTH_TENANTS alone', undefined, 'a,b', null, []],
    ['AUTH_TENANTS of both issuers, and no file', undefined, 'a', 'b', []],
    ['a further issuer without AUTH_TENANTS, and no file', undefined, 'a', undefined, []],
    ['the file alone', ['a', 'b'], undefined, null, []],
    ['the file, and the same tenants', ['a', 'b'], 'a,b', null, []],
    ['the file, and some of its tenants', ['a', 'b'], 'b', null, []],
    ['the file, and a tenant that it does not have', ['a', 'b'], 'a,c', null, [UNKNOWN]],
    ['the file, and the tenant in other letters', ['a', 'b'], 'A', null, [UNKNOWN]],
    ['the file, and a further issuer with some of its tenants', ['a', 'b'], undefined, 'a', []],
    ['the file, and a further issuer with another tenant', ['a', 'b'], 'a', 'c', [ENTRY + UNKNOWN]],
    ['the file, and both issuers with others', ['a'], 'b', 'c', [UNKNOWN, ENTRY + UNKNOWN]],
    [
      'the file, and a further issuer without AUTH_TENANTS',
      ['a'],
      'a',
      undefined,
      [`${ENTRY}AUTH_TENANTS is missing; TENANTS_FILE needs it`],
    ],
  ])('%s', (_what, ids, first, further, expected) => {
    const settings = {
      ...(ids === undefined ? SYNCTERA : { TENANTS_FILE: file(...ids) }),
      AUTH_TENANTS: first,
      ...(further === null ? {} : { AUTH_ISSUERS_FILE: issuers(further) }),
    }
    expect(problems(settings)).toEqual(expected)
  })

  test('the same is asked of an issuer that is added later, and a tenant may leave the file', () => {
    const tenants = file('a', 'b')
    const path = issuers('a')
    const { reloaded, readTenancy } = readConfig({
      AUTH_ISSUER: 'https://first.test',
      AUTH_AUDIENCE: 'x',
      TENANTS_FILE: tenants,
      AUTH_TENANTS: 'a,b',
      AUTH_ISSUERS_FILE: path,
    })
    expect(reloaded.issuers().problems).toEqual([])
    writeTenants({ a: { settings: SYNCTERA } }, tenants)
    expect(readTenancy().problems).toEqual([])
    write(path, JSON.stringify([{ AUTH_ISSUER: 'https://other.test', AUTH_AUDIENCE: 'x' }]))
    expect(reloaded.issuers().problems).toEqual([`${ENTRY}AUTH_TENANTS is missing; TENANTS_FILE needs it`])
  })
})

describe('a token of the tenant', () => {
  let ground: Awaited<ReturnType<typeof startGround>>
  let apps: Readonly<Record<string, App>>
  beforeAll(async () => {
    ground = await startGround()
    const { SYNCTERA_URL, SYNCTERA_API_KEY } = ground.emulators.synctera.settings
    const settings = { SYNCTERA_URL: SYNCTERA_URL!, SYNCTERA_API_KEY: SYNCTERA_API_KEY! }
    const TENANTS_FILE = writeTenants({ a: { settings }, b: { settings } })
    const start = (more: object) => startApp({ ...NO_PROVIDERS, ...settings, ...more }, { ground })
    const served = { SYNCTERA_URL: undefined, SYNCTERA_API_KEY: undefined, TENANTS_FILE }
    const [none, named, both, one] = await Promise.all([
      start({}),
      start({ AUTH_TENANTS: 'a,b' }),
      start({ ...served, AUTH_TENANTS: 'a,b' }),
      start({ ...served, AUTH_TENANTS: 'a' }),
    ])
    apps = { none: none, named: named, both: both, one: one, file: await start(served) }
  })
  afterAll(async () => {
    for (const app of Object.values(apps)) await app.close()
    await ground.close()
  })

  test.each<readonly [settings: string, tenant: string | undefined, status: number]>([
    ['none', undefined, 200],
    ['none', 'a', 200],
    ['named', 'a', 200],
    ['named', 'c', 401],
    ['named', undefined, 401],
    ['file', 'a', 200],
    ['file', 'c', 403],
    ['file', undefined, 403],
    ['both', 'b', 200],
    ['both', 'c', 401],
    ['both', undefined, 401],
    ['one', 'a', 200],
    ['one', undefined, 200],
    ['one', 'b', 401],
  ])('with the settings "%s": %s is answered with %i', async (settings, tenant, status) => {
    const claims = tenant === undefined ? {} : { tenant }
    const answer = await apps[settings]!.run(`{ person(id: "${ADA.personId}") { id } }`, {}, { claims })
    expect(answer.status).toBe(status)
    if (status === 200) expect(answer.data).toEqual({ person: { id: ADA.personId } })
  })
})
