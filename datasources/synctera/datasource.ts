import { type Call, type CallScope, type Contract, type ErrorMapping, type ErrorResponse, path } from '../http/call.js'
import type { ProviderClient } from '../http/client.js'
import { ApiError } from '../contract/errors.js'
import type { ReadRows, UnreadableRow } from '../http/list-contract.js'
import { ProblemBody } from '../http/provider-errors.js'
import { omitNullish } from '../support/mapping.js'
import { lastName, problemName } from '../support/problem-type.js'
import { Walk } from '../support/walk.js'
import {
  answers,
  PAGE_LIMIT,
  type PersonBody,
  type PersonQuery,
  type SyncteraPerson,
  type SyncteraVerification,
  type VerifyBody,
} from './contract.js'
import { demandOf, type DisclosureDemand } from './disclosure-demand.js'
import { disclosureAnswers, type DisclosureBody, type SyncteraDisclosure } from './disclosures.js'
import { sessionAnswer, type SessionBody } from './document-sessions.js'
import { type PersonalIdChange, personalIdAnswer, type PersonalIdOfPerson } from './personal-ids.js'
import { type RecordedVerification, verificationAnswer, type VerificationQuery } from './verification-history.js'
import { endlessList } from './errors.js'
import { refusedFields } from './mapping.js'
import { monitoringAnswers, type SyncteraAlert, type SyncteraSubscription } from './monitoring.js'

/** Synctera's codes that are more precise than the status. */
const CODES: Readonly<Record<string, ErrorMapping['code']>> = {
  CUSTOMER_NOT_FOUND: 'NOT_FOUND',
  BUSINESS_NOT_FOUND: 'NOT_FOUND',
  ACCOUNT_NOT_FOUND: 'NOT_FOUND',
  APPLICATION_NOT_FOUND: 'NOT_FOUND',
  RESOURCE_NOT_FOUND: 'NOT_FOUND',
  DUPLICATE_RESOURCE: 'CONFLICT',
  IDEMPOTENCY_INVALID_REUSE: 'IDEMPOTENCY_KEY_REUSED',
  IDEMPOTENCY_CONCURRENT_USE: 'IDEMPOTENCY_IN_PROGRESS',
  INVALID_STATUS: 'CONFLICT',
  IMPROPER_CUSTOMER_STATUS: 'CONFLICT',
  CUSTOMER_NOT_VERIFIED: 'CONFLICT',
  PARTNER_NOT_VERIFIED: 'CONFLICT',
  INVALID_TENANCY: 'BAD_USER_INPUT',
  BAD_CONFIGURATION: 'PROVIDER_REFUSED',
  FEATURE_NOT_AVAILABLE: 'PROVIDER_REFUSED',
  REQUEST_CANCELED: 'PROVIDER_UNAVAILABLE',
}

/** The names in Synctera's problem types, for problems without a code: the code is an optional preview. */
const NAMES: Readonly<Record<string, ErrorMapping['code']>> = {
  'not-found': 'NOT_FOUND',
  duplicate: 'CONFLICT',
  // The first request under this idempotency key still runs.
  conflict: 'IDEMPOTENCY_IN_PROGRESS',
  'unprocessable-entity': 'IDEMPOTENCY_KEY_REUSED',
  'rule-violation': 'CONFLICT',
  'too-many-requests': 'RATE_LIMITED',
  'bad-request': 'BAD_USER_INPUT',
  'bad-request-body': 'BAD_USER_INPUT',
  'bad-request-query': 'BAD_USER_INPUT',
  unauthenticated: 'PROVIDER_REFUSED',
  forbidden: 'PROVIDER_REFUSED',
  'client-closed-request': 'PROVIDER_UNAVAILABLE',
  'gateway-timeout': 'PROVIDER_TIMEOUT',
}

const lookUp = (codes: typeof CODES, name: string | undefined) =>
  name !== undefined && Object.hasOwn(codes, name) ? codes[name] : undefined

/** The name in a type: the last segment, where it is one of Synctera's, else the one after `errors`. */
function nameOf(type: string | undefined): string | undefined {
  const last = lastName(type)?.toLowerCase()
  return lookUp(NAMES, last) === undefined ? problemName(type)?.toLowerCase() : last
}

const VENDOR_TIMEOUTS: ReadonlySet<string> = new Set(['VENDOR_TIMEOUT', 'vendor-timeout'])

/** The vendor of a check did not answer in time: the check may have been run, and paid for, whatever the status is. */
const VENDOR_TIMEOUT: ErrorMapping = { code: 'PROVIDER_TIMEOUT', notExecuted: false }

/** Statuses that also stand for a request whose first attempt still runs under the same idempotency key. */
const MAY_RUN: ReadonlySet<number> = new Set([409, 422])

/** Maps an RFC 9457 problem. The code is more stable than the status; the detail may be personal and is not used. */
export function mapError({ status, body }: ErrorResponse): ErrorMapping {
  // A 404 that is no problem document comes from a proxy and does not mean that the record is absent.
  const problem = new ProblemBody(body)
  if (!problem.isObject)
    return status === 404 ? { code: 'PROVIDER_MALFORMED' } : { notExecuted: MAY_RUN.has(status) ? false : undefined }
  const code = problem.text('code')
  const name = nameOf(problem.text('type'))
  if (VENDOR_TIMEOUTS.has(code ?? name ?? '')) return { ...VENDOR_TIMEOUT, providerCode: code ?? name }
  const mapped = code === undefined ? lookUp(NAMES, name) : lookUp(CODES, code)
  const fields = refusedFields(problem)
  return {
    code: mapped,
    providerCode: code ?? name,
    fields,
    retryAfterSeconds: problem.number('retry_after'),
    // Nothing is stored under a key that may yet succeed.
    notExecuted: MAY_RUN.has(status) && mapped === undefined && code === undefined && !fields ? false : undefined,
  }
}

/** A page of a list, and the token of the next one. */
interface ReadPage<Row> {
  readonly rows: ReadRows<Row>
  readonly next: string | null | undefined
}

/** The rows of all pages of a list. */
export async function rowsOfAllPages<Row>(
  load: (pageToken?: string) => Promise<ReadPage<Row>>,
): Promise<ReadRows<Row>> {
  const found: (Row | UnreadableRow)[] = []
  const walk = new Walk(endlessList)
  let pageToken: string | undefined
  do {
    if (walk.isExhausted) throw endlessList()
    const { rows, next } = await load(pageToken)
    found.push(...rows)
    pageToken = walk.next(next, rows.length)
  } while (pageToken !== undefined)
  return found
}

/** The query of a page of a list of these persons' records. */
const personsPage = (personIds: readonly string[], pageToken?: string): [string, string][] => [
  ['person_id', personIds.join(',')],
  ['limit', String(PAGE_LIMIT)],
  ...(pageToken === undefined ? [] : [['page_token', pageToken] as [string, string]]),
]

/** The outcome of a check; a demand means that nothing was checked. */
export type SyncteraChecked =
  | { readonly demand: DisclosureDemand; readonly refusal: ApiError }
  | (typeof answers.verified extends Contract<infer T> ? T : never)

/** Synctera's endpoints of the monitoring. They take no idempotency key. */
const monitoringSource = (send: <T>(scope: CallScope, call: Call<T>) => Promise<T>) => ({
  subscribe: (scope: CallScope, personId: string) =>
    send(scope, {
      method: 'POST',
      path: path`/v0/monitoring/subscriptions`,
      effect: 'write',
      json: { person_id: personId },
      response: monitoringAnswers.subscription,
    }),

  getSubscription: (scope: CallScope, id: string) =>
    send(scope, {
      method: 'GET',
      path: path`/v0/monitoring/subscriptions/${id}`,
      effect: 'read',
      response: monitoringAnswers.subscription,
    }),

  endSubscription: (scope: CallScope, id: string) =>
    send(scope, {
      method: 'DELETE',
      path: path`/v0/monitoring/subscriptions/${id}`,
      effect: 'write',
      response: null,
    }),

  /** Every subscription of these persons: all pages. */
  listSubscriptions: (scope: CallScope, personIds: readonly string[]): Promise<ReadRows<SyncteraSubscription>> =>
    rowsOfAllPages(async (pageToken) => {
      const { subscriptions: rows, next_page_token: next } = await send(scope, {
        method: 'GET',
        path: path`/v0/monitoring/subscriptions`,
        effect: 'read',
        query: personsPage(personIds, pageToken),
        response: monitoringAnswers.subscriptions,
      })
      return { rows, next }
    }),

  /** Every alert of these persons: all pages. */
  listAlerts: (scope: CallScope, personIds: readonly string[]): Promise<ReadRows<SyncteraAlert>> =>
    rowsOfAllPages(async (pageToken) => {
      const { alerts: rows, next_page_token: next } = await send(scope, {
        method: 'GET',
        path: path`/v0/monitoring/alerts`,
        effect: 'read',
        query: personsPage(personIds, pageToken),
        response: monitoringAnswers.alerts,
      })
      return { rows, next }
    }),

  getAlert: (scope: CallScope, id: string) =>
    send(scope, {
      method: 'GET',
      path: path`/v0/monitoring/alerts/${id}`,
      effect: 'read',
      response: monitoringAnswers.alert,
    }),

  setAlertStatus: (scope: CallScope, id: string, status: string) =>
    send(scope, {
      method: 'PATCH',
      path: path`/v0/monitoring/alerts/${id}`,
      effect: 'write',
      json: { status },
      response: null,
    }),
})

/** Synctera's endpoints, one method each, in Synctera's words. */
export function syncteraSource(client: ProviderClient) {
  const send = async <T>(scope: CallScope, call: Call<T>): Promise<T> => (await client.send(scope, call)).body

  /** A write under an idempotency key: Synctera executes a repeat only once. */
  const write = <T>(
    scope: CallScope,
    idempotencyKey: string,
    call: Pick<Call<T>, 'method' | 'path' | 'json' | 'response' | 'mapError'>,
  ) => send(scope, { ...call, effect: 'write', retry: 'always', headers: { 'idempotency-key': idempotencyKey } })

  return {
    createPerson: (scope: CallScope, json: PersonBody, key: string) =>
      write(scope, key, { method: 'POST', path: path`/v0/persons`, json, response: answers.person }),

    getPerson: (scope: CallScope, id: string) =>
      send(scope, { method: 'GET', path: path`/v0/persons/${id}`, effect: 'read', response: answers.person }),

    listPersons: (scope: CallScope, { ids, ...rest }: PersonQuery, limit: number, pageToken?: string) =>
      send(scope, {
        method: 'GET',
        path: path`/v0/persons`,
        effect: 'read',
        query: Object.entries(omitNullish({ id: ids?.join(','), ...rest, limit, page_token: pageToken })).map(
          ([name, value]) => [name, String(value)] as const,
        ),
        response: answers.persons,
      }),

    updatePerson: (scope: CallScope, id: string, json: PersonBody, key: string) =>
      write(scope, key, { method: 'PATCH', path: path`/v0/persons/${id}`, json, response: answers.person }),

    async verify(scope: CallScope, json: VerifyBody, key: string): Promise<SyncteraChecked> {
      let demand: DisclosureDemand | undefined
      try {
        return await write(scope, key, {
          method: 'POST',
          path: path`/v0/verifications/verify`,
          json,
          response: answers.verified,
          mapError(response) {
            demand = demandOf(response)
            return { ...mapError(response), ...(demand && { code: 'CONFLICT', notExecuted: undefined }) }
          },
        })
      } catch (error) {
        if (demand && error instanceof ApiError && error.code === 'CONFLICT') return { demand, refusal: error }
        throw error
      }
    },

    addPersonalId: (scope: CallScope, json: PersonalIdOfPerson, key: string) =>
      write(scope, key, { method: 'POST', path: path`/v0/persons/personal_ids`, json, response: personalIdAnswer }),

    updatePersonalId: (scope: CallScope, id: string, json: PersonalIdChange, key: string) =>
      write(scope, key, {
        method: 'PATCH',
        path: path`/v0/persons/personal_ids/${id}`,
        json,
        response: personalIdAnswer,
      }),

    /** Synctera takes no idempotency key here: a repeat is answered 404. */
    deletePersonalId: (scope: CallScope, id: string) =>
      send(scope, {
        method: 'DELETE',
        path: path`/v0/persons/personal_ids/${id}`,
        effect: 'write',
        response: null,
      }),

    recordVerification: (scope: CallScope, json: RecordedVerification, key: string) =>
      write(scope, key, { method: 'POST', path: path`/v0/verifications`, json, response: verificationAnswer }),

    getVerification: (scope: CallScope, id: string) =>
      send(scope, {
        method: 'GET',
        path: path`/v0/verifications/${id}`,
        effect: 'read',
        response: verificationAnswer,
      }),

    /** A page of the verifications of a person, also of those that later ones replaced. */
    pageOfVerifications: (scope: CallScope, query: VerificationQuery, limit: number, pageToken?: string) =>
      send(scope, {
        method: 'GET',
        path: path`/v0/verifications`,
        effect: 'read',
        query: Object.entries(omitNullish({ ...query, limit, page_token: pageToken })).map(
          ([name, value]) => [name, String(value)] as const,
        ),
        response: answers.verifications,
      }),

    /** Every current verification of these persons: all pages. */
    listVerifications: (scope: CallScope, personIds: readonly string[]): Promise<ReadRows<SyncteraVerification>> =>
      rowsOfAllPages(async (pageToken) => {
        const { verifications: rows, next_page_token: next } = await send(scope, {
          method: 'GET',
          path: path`/v0/verifications`,
          effect: 'read',
          query: personsPage(personIds, pageToken),
          response: answers.verifications,
        })
        return { rows, next }
      }),

    startDocumentSession: (scope: CallScope, json: SessionBody, key: string) =>
      write(scope, key, { method: 'POST', path: path`/v0/verifications/docv_session`, json, response: sessionAnswer }),

    recordDisclosure: (scope: CallScope, json: DisclosureBody, key: string) =>
      write(scope, key, {
        method: 'POST',
        path: path`/v0/disclosures`,
        json,
        response: disclosureAnswers.disclosure,
      }),

    /** Every disclosure to these persons: all pages. */
    listDisclosures: (scope: CallScope, personIds: readonly string[]): Promise<ReadRows<SyncteraDisclosure>> =>
      rowsOfAllPages(async (pageToken) => {
        const { disclosures: rows, next_page_token: next } = await send(scope, {
          method: 'GET',
          path: path`/v0/disclosures`,
          effect: 'read',
          query: personsPage(personIds, pageToken),
          response: disclosureAnswers.disclosures,
        })
        return { rows, next }
      }),

    ...monitoringSource(send),
  }
}

export type SyncteraSource = ReturnType<typeof syncteraSource>

/** The persons with these ids: all pages of the list. */
export const personsById = (
  source: SyncteraSource,
  scope: CallScope,
  ids: readonly string[],
): Promise<ReadRows<SyncteraPerson>> =>
  rowsOfAllPages(async (pageToken) => {
    const { persons: rows, next_page_token: next } = await source.listPersons(scope, { ids }, PAGE_LIMIT, pageToken)
    return { rows, next }
  })
