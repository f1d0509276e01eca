import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { IncomingMessage } from 'node:http'
import { ADA, NIA } from '../../../datasources/emulator/people.js'
import type { ErrorCode } from '../../../datasources/contract/error-codes.js'
import type { Fault } from '../../../datasources/emulator/run.js'
import type { ProviderName } from '../../../datasources/index.js'
import type { RunOptions } from '../../support/app.js'
import { later } from '../../support/clock.js'
import { createGate } from '../../support/gate.js'
import { promisedText } from './operations.js'
import type { Servers } from './servers.js'

export const CORRELATION_ID = '0b7c3a52-6d0f-4c3e-9a51-2f6f4b0d8e11'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** The request of a page's example, and what comes before it. */
interface Asked {
  /** @default 'sound' */
  readonly of?: keyof Servers
  readonly query?: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly extensions?: object
  readonly as?: RunOptions
  readonly fault?: readonly [ProviderName, Fault]
}

const PERSON = `query { person(id: "${ADA.personId}") { id status } }`
const CREATE = promisedText('CreatePerson')

const person = (idempotencyKey: string, firstName = 'Nia') => ({
  input: { idempotencyKey, isCustomer: true, status: 'PROSPECT', firstName },
})

const CUSTOMER = {
  input: {
    legalName: 'Nia Newcomer',
    mobilePhoneNumber: NIA.phone,
    email: NIA.email,
    dateOfBirth: NIA.dateOfBirth,
    relationshipStatus: 'single',
    highestEducationAttained: 'Master',
    employmentStatus: 'worker',
    kycStatus: false,
    lastOkDate: '2024-05-01T09:00:00Z',
  },
}

const email = (customerId: string, address: string) => ({
  query:
    'mutation ChangeEmail($input: UpdateCustomerEmailInput!) { updateCustomerEmail(input: $input) { customer { id } } }',
  variables: { input: { customerId, email: address } },
})

const always = (provider: ProviderName, fault: Omit<Fault, 'times'>): Asked['fault'] => [
  provider,
  { ...fault, times: 0 },
]

/** Sends one request; the status and the body of the answer. */
async function ask(
  servers: Servers,
  { of = 'sound', query, variables, extensions, as, fault }: Asked,
): Promise<Answer> {
  const app = servers[of]
  if (fault) app.fault(...fault)
  const bearer = as?.token === undefined ? await app.token(as) : as.token
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-correlation-id': CORRELATION_ID,
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...as?.headers,
    },
    body: JSON.stringify({ query, variables, extensions }),
  })
  return { status: response.status, body: await response.json() }
}

/** Requests of which none has sent its whole body, until one is refused. */
async function overload({ narrow }: Servers): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${await narrow.token({ client: 'sender' })}`,
    'content-type': 'application/json',
    'content-length': 250_000,
    'x-correlation-id': CORRELATION_ID,
  }
  const requests = Array.from({ length: 8 }, () => request(`${narrow.url}/graphql`, { method: 'POST', headers }))
  const refused = new Promise<IncomingMessage>((resolve) => {
    for (const sent of requests) sent.on('error', () => undefined).on('response', resolve)
  })
  for (const sent of requests) sent.write(Buffer.alloc(240_000, ' '))
  const response = await refused
  const body = JSON.parse(await text(response)) as unknown
  for (const sent of requests) sent.destroy()
  return { status: response.statusCode!, body }
}

/** The same mutation while its first call waits for the provider. */
async function inProgress(servers: Servers): Promise<Answer> {
  const { sound } = servers
  const { opened, open } = createGate()
  const asked = { query: CREATE, variables: person('nia-running') }
  const first = ask(servers, { ...asked, fault: ['synctera', { match: 'POST /**', fault: 'slow', until: opened }] })
  while (!sound.calls('synctera').some((call) => call.startsWith('POST'))) await new Promise(setImmediate)
  const answer = await ask(servers, asked)
  open()
  await first
  return answer
}

const twice =
  (first: Asked, then: Asked, between = (): void => undefined) =>
  async (servers: Servers): Promise<Answer> => {
    await ask(servers, first)
    between()
    return ask(servers, then)
  }

const checkWithoutDisclosure = async (servers: Servers): Promise<Answer> => {
  servers.sound.emulators.synctera.quirks(['demandsDisclosures'])
  const answer = await ask(servers, {
    query: promisedText('VerifyPerson'),
    variables: { input: { personId: ADA.personId, customerConsent: true } },
  })
  servers.sound.emulators.synctera.quirks([])
  return answer
}

const ENTITLE = {
  accounts: [{ accountNumber: ADA.account, productType: 'CHECKING', productCode: 'DDA_01' }],
  electronicStatementElection: true,
  electronicDocumentElection: true,
  roles: { view: true },
}

const EXAMPLES: Readonly<Record<ErrorCode, Asked | ((servers: Servers) => Promise<Answer>)>> = {
  UNAUTHENTICATED: { query: PERSON, as: { token: null } },
  FORBIDDEN: { query: PERSON, as: { scopes: ['customers:read'] } },
  BAD_USER_INPUT: email(ADA.customerId, 'ada.example.com'),
  NOT_FOUND: email('c0000000-0000-4000-8000-000000000999', 'ada@example.com'),
  CONFLICT: checkWithoutDisclosure,
  RATE_LIMITED: twice(
    { of: 'narrow', query: 'query { customers(first: 20) { nodes { id } } }', as: { client: 'spender' } },
    { of: 'narrow', query: 'query { customers(first: 20) { nodes { id } } }', as: { client: 'spender' } },
  ),
  CHALLENGE_REQUIRED: {
    query: promisedText('Entitle'),
    variables: { input: { ...ENTITLE, bankingCustomerId: 'problem-passwordChangeRequired' } },
  },
  IDEMPOTENCY_KEY_REUSED: twice(
    { query: CREATE, variables: person('nia-1') },
    { query: CREATE, variables: person('nia-1', 'Noa') },
  ),
  IDEMPOTENCY_IN_PROGRESS: inProgress,
  OUTCOME_UNKNOWN: {
    query: promisedText('CreateCustomer'),
    variables: CUSTOMER,
    fault: always('obp', { match: 'POST /**', fault: 'drop-after-apply' }),
  },
  OUTCOME_ERASED: twice(
    { query: CREATE, variables: person('nia-2') },
    { query: CREATE, variables: person('nia-2') },
    () => later(2 * 3600),
  ),
  PROVIDER_REFUSED: { query: PERSON, fault: always('synctera', { match: 'GET /**', fault: 'status', status: 403 }) },
  PROVIDER_TIMEOUT: { query: PERSON, fault: always('synctera', { match: 'GET /**', fault: 'status', status: 504 }) },
  PROVIDER_UNAVAILABLE: {
    query: `query { customer(id: "${ADA.customerId}") { id legalName } }`,
    fault: always('obp', { match: 'GET /**', fault: 'status', status: 503, headers: { 'retry-after': '30' } }),
  },
  PROVIDER_MALFORMED: { query: PERSON, fault: always('synctera', { match: 'GET /**', fault: 'html' }) },
  PROVIDER_NOT_CONFIGURED: { of: 'narrow', query: PERSON, as: { scopes: ['persons:read'] } },
  STORE_UNAVAILABLE: { of: 'listed', query: CREATE, variables: person('nia-3') },
  STORE_UNTRUSTED: { of: 'replaced', query: CREATE, variables: person('nia-4') },
  AUDIT_UNAVAILABLE: { of: 'unaudited', query: CREATE, variables: person('nia-5') },
  CONSENT_UNAVAILABLE: {
    of: 'narrow',
    query: `query { customer(id: "${ADA.customerId}") { id email } }`,
    as: { headers: { 'x-purpose': 'onboarding', 'x-consent-id': 'consent-given' } },
  },
  ISSUER_UNAVAILABLE: { of: 'issuerless', query: PERSON },
  OVERLOADED: overload,
  DEADLINE_EXCEEDED: {
    query: PERSON,
    as: { headers: { 'x-request-timeout-ms': '150' } },
    fault: always('synctera', { match: 'GET /**', fault: 'hang' }),
  },
  QUERY_TOO_COMPLEX: { query: `query { ${Array.from({ length: 51 }, (_, i) => `v${i}: viewer { id }`).join(' ')} }` },
  PERSISTED_QUERY_NOT_FOUND: {
    extensions: {
      persistedQuery: { version: 1, sha256Hash: createHash('sha256').update('{ viewer { id } }').digest('hex') },
    },
  },
  PERSISTED_QUERY_NOT_ALLOWED: { of: 'listed', query: PERSON },
  INTERNAL_SERVER_ERROR: { of: 'broken', query: PERSON },
}

/** Gets the answer that the page of a code shows. */
export function answerOf(code: ErrorCode, servers: Servers): Promise<Answer> {
  const example = EXAMPLES[code]
  return typeof example === 'function' ? example(servers) : ask(servers, example)
}
