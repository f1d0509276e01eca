import { createPublicKey } from 'node:crypto'
import { type JWK, SignJWT, UnsecuredJWT } from 'jose'
import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, CROWD } from '../../datasources/emulator/people.js'
import type { Scope } from '../../schema/scopes.js'
import { AUDIENCE } from '../../src/dev/issuer.js'
import { type App, type RunOptions, startApp } from '../support/app.js'
import {
  askedAfterwards,
  askedOf,
  EVERY_SCOPE,
  fieldPaths,
  fieldPathsToOthers,
  FORMS,
  mutationPaths,
  type Operation,
  queryPaths,
  reference,
  referencePaths,
  type AccessPath,
} from '../support/access-paths.js'

let app: App
/** What the issuer publishes, as a shared secret would be made of it. */
let published: { jwks: string; jwk: string; pem: string }
beforeAll(async () => {
  // What is left of a budget is another number in every answer.
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
  const jwks = await (await fetch(app.ground.jwksUrl)).text()
  const [jwk] = (JSON.parse(jwks) as { keys: JWK[] }).keys
  published = {
    jwks,
    jwk: JSON.stringify(jwk),
    pem: createPublicKey({ key: jwk!, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString(),
  }
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const CLAIMS = { iss: 'https://issuer.test', aud: AUDIENCE, sub: 'ada', client_id: 'ada', scope: EVERY_SCOPE.join(' ') }
const everything = (claims: RunOptions['claims'] = {}) => app.token({ client: 'ada', scopes: EVERY_SCOPE, claims })
const withSecret = (secret: string, header: object = {}) =>
  new SignJWT(CLAIMS)
    .setProtectedHeader({ alg: 'HS256', ...header })
    .setExpirationTime('1h')
    .sign(Buffer.from(secret))

/** Invalid tokens, each with all scopes. */
const BAD: readonly (readonly [string, () => Promise<string | null>])[] = [
  ['no token', () => Promise.resolve(null)],
  ['an expired token', () => everything({ exp: 1_000_000_000 })],
  ['a token for another audience', () => everything({ aud: 'another-api' })],
  ['a token of another issuer', () => everything({ iss: 'https://elsewhere.test' })],
  ['an unsigned token', () => Promise.resolve(new UnsecuredJWT(CLAIMS).setExpirationTime('1h').encode())],
  ['a token signed with the published keys as a secret', () => withSecret(published.jwks)],
  ['a token signed with the public key as a secret', () => withSecret(published.jwk, { kid: 'development' })],
  [
    'a token signed with the public key in PEM as a secret',
    () => withSecret(published.pem, { kid: 'development', typ: 'JWT' }),
  ],
]

/** The access path in each form, or in one that differs from path to path where all would be many. */
const inEach = (accessPath: AccessPath): readonly Operation[] => FORMS.map((form) => accessPath.ask(form))
const inTurn = (accessPath: AccessPath, turn: number): Operation =>
  accessPath.ask(FORMS[(accessPath.name.length + turn) % FORMS.length])

const run = ({ document, variables }: Operation, options: RunOptions) =>
  app.run(document, variables, { client: 'ada', ...options })
const refusals = (errors: readonly { readonly extensions: { readonly code: string } }[]) =>
  errors.filter(({ extensions }) => ['FORBIDDEN', 'UNAUTHENTICATED'].includes(extensions.code))

const accessPaths = [...queryPaths, ...mutationPaths, ...fieldPaths, ...referencePaths]
const MINE = 'GET /obp/v4.0.0/users/current/customers'
const table = accessPaths.map((accessPath) => [accessPath.name, accessPath] as const)
const guarded = accessPaths.flatMap((accessPath) =>
  accessPath.demands ? [[accessPath.name, accessPath, accessPath.demands] as const] : [],
)

describe('an invalid token is refused with 401, without a provider call', () => {
  test.each(table)('by %s', async (_name, accessPath) => {
    const answers = await Promise.all(
      BAD.map(async ([what, token], turn) => ({
        what,
        ...(await run(inTurn(accessPath, turn), { token: await token() })),
      })),
    )
    for (const { what, status, data, errors, headers } of answers) {
      expect({
        what,
        status,
        data,
        codes: errors.map(({ extensions }) => extensions.code),
        challenge: headers.get('www-authenticate'),
      }).toEqual({
        what,
        status: 401,
        data: undefined,
        codes: ['UNAUTHENTICATED'],
        challenge: expect.stringMatching(/^Bearer realm="kyc-graph"(, error="invalid_token")?$/) as unknown,
      })
    }
    expect(askedOf(app)).toEqual([])
  })
})

describe('a token without the scope is refused in every form, without a provider call', () => {
  test.each(guarded)('by %s', async (_name, accessPath) => {
    for (const operation of inEach(accessPath)) {
      const { status, errors } = await run(operation, { scopes: accessPath.through })
      expect([operation.document, status, errors.map(({ extensions }) => extensions.code)]).toEqual([
        operation.document,
        200,
        ['FORBIDDEN'],
      ])
    }
    // What the way to a field asks is not of the field.
    expect(askedAfterwards(app).filter((call) => accessPath.path[0] !== 'viewer' || call !== MINE)).toEqual([])
  })
})

describe('a token with the scope is not refused in any form', () => {
  test.each(guarded.filter(([, { kind }]) => kind !== 'mutation'))('by %s', async (_name, accessPath, [scopes]) => {
    const answers = await Promise.all(
      inEach(accessPath).map((operation) => run(operation, { scopes: [...scopes!, ...accessPath.through] })),
    )
    for (const { status, errors } of answers) expect([status, refusals(errors)]).toEqual([200, []])
  })

  // Each does something, so once is enough.
  test.each(guarded.filter(([, { kind }]) => kind === 'mutation'))('by %s', async (_name, accessPath, [scopes]) => {
    const { status, errors } = await run(inTurn(accessPath, 0), { scopes: [...scopes!, ...accessPath.through] })
    expect([status, refusals(errors)]).toEqual([200, []])
  })
})

const OWN = EVERY_SCOPE.filter((scope) => scope.endsWith(':own'))

describe("another customer's data is absent for a caller with only :own scopes", () => {
  const other = CROWD[0]!
  const NOWHERE = {
    customerId: 'c9999999-0000-4000-8000-999999999999',
    personId: 'a9999999-0000-4000-8000-999999999999',
    bankingCustomerId: 'banking-nowhere',
  }
  type Whose = { readonly [Id in keyof typeof NOWHERE]?: string | undefined }

  /** How one is named by each access path that an `:own` scope opens; another's record is given by an id that exists. */
  const named: Readonly<Record<string, (whose: Whose) => object>> = {
    'Query.customer': ({ customerId }) => ({ id: customerId }),
    'Query.person': ({ personId }) => ({ id: personId }),
    'Query.accountEntitlements': ({ bankingCustomerId }) => ({ bankingCustomerId }),
    'Mutation.updatePerson': ({ personId }) => ({ id: personId }),
    'Mutation.recordDisclosure': ({ personId }) => ({ personId }),
    'a reference to a Customer': ({ customerId }) => ({ bankId: BANK, id: customerId }),
    'a reference to a KycCheck': ({ customerId }) => ({ customerId, id: 'check-rhea' }),
    'a reference to a Person': ({ personId }) => ({ id: personId }),
  }
  /** Other mutations name a customer. */
  const namedBy = (name: string) =>
    named[name] ?? (name.startsWith('Mutation.') ? ({ customerId }: Whose) => ({ customerId }) : undefined)
  // Verifications belong to the caller who asked, and not to a customer (test/access/roads.test.ts).
  const owned = guarded.filter(
    ([, { kind }, demands]) =>
      kind !== 'field' && demands.flat().some((scope) => scope.endsWith(':own') && !scope.startsWith('verifications')),
  )

  async function answer({ document, variables }: Operation, scopes: readonly Scope[]): Promise<string> {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await app.token({ client: 'ada', scopes })}`,
      },
      body: JSON.stringify({ query: document, variables }),
    })
    const text = (await response.text()).replace(/"correlationId":"[^"]+"/g, '"correlationId"')
    return `${response.status} ${response.headers.get('content-type')} ${response.headers.get('content-length')} ${text}`
  }

  test.each(owned)('by %s, byte for byte as if it did not exist', async (name, accessPath) => {
    const keysOf = namedBy(name)!
    expect(keysOf).toBeDefined()
    for (const form of FORMS) {
      const of = (whose: Whose): Operation => {
        const keys = keysOf(whose)
        const asked = accessPath.ask(form)
        if (accessPath.kind === 'mutation')
          return { ...asked, variables: { input: { ...(asked.variables['input'] as object), ...keys } } }
        return accessPath.kind === 'reference'
          ? reference(name.slice('a reference to a '.length), { ...keys }, form)
          : { ...asked, variables: { ...keys } }
      }
      const [theirs, nobodys, mine] = await Promise.all([
        answer(of(other), OWN),
        answer(of(NOWHERE), OWN),
        answer(of(ADA), OWN),
      ])
      expect(theirs).toBe(nobodys)
      if (accessPath.kind === 'mutation') expect(theirs).toContain('"code":"NOT_FOUND"')
      else expect(theirs).not.toContain('errors')
      // It is the same operation that answers what is the caller's own; Ada has no such check and no entitlements.
      if (!/KycCheck|Entitlements/.test(name)) expect(mine).not.toBe(theirs)
    }
    const asked = askedOf(app).join('\n')
    for (const id of [other.customerId, other.personId!, ...Object.values(NOWHERE)]) expect(asked).not.toContain(id)
  })

  const below = fieldPathsToOthers.flatMap((accessPath) =>
    accessPath.demands?.some((scopes) => scopes.every((scope) => scope.endsWith(':own')))
      ? [[accessPath.name, accessPath] as const]
      : [],
  )
  test.each(below)('by %s of a value that came by another way', async (_name, accessPath) => {
    const { data, errors } = await run(accessPath.ask(), { scopes: [...OWN, ...accessPath.through] })
    expect(errors).toEqual([])
    const value = accessPath.path.reduce<any>((member, step) => member[step], data)
    // A person's verification was asked for about Ada herself.
    if (accessPath.name === 'PersonVerification.person') expect(value).toEqual({ __typename: 'Person' })
    // A job is the caller's own, and its rows are masked.
    else if (accessPath.name === 'AccountVerificationJob.results')
      expect(value).toEqual({ __typename: 'AccountVerificationConnection' })
    else expect(value).toBeNull()
    expect(
      askedAfterwards(app).filter((call) => call.includes(other.customerId) || call.includes(other.personId!)),
    ).toEqual([])
  })
})
