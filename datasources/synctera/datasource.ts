import { type Call, type ProviderClient, path, type ErrorResponse, type ErrorMapping } from '../http/client.js'
import { omitNullish } from '../support/mapping.js'
import type { OperationScope } from '../contract/provider.js'
import {
  answers,
  PAGE_LIMIT,
  type PersonBody,
  type PersonQuery,
  type SyncteraVerification,
  type VerifyBody,
} from './contract.js'
import { refusedFields } from './mapping.js'

/** Codes that say it better than their status does. */
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

/** Reads an RFC 9457 problem; the code is steadier than the status, and the detail may be personal. */
export function mapError({ status, body }: ErrorResponse): ErrorMapping {
  // What is not even JSON comes from something before the provider, and must not read as "there is none".
  if (!answers.problem.fits(body)) return status === 404 ? { code: 'PROVIDER_MALFORMED' } : {}
  return {
    code: body.code !== undefined && Object.hasOwn(CODES, body.code) ? CODES[body.code] : undefined,
    providerCode: body.code,
    fields: refusedFields(body),
    retryAfterSeconds: body.retry_after,
  }
}

/** Synctera's endpoints, one method each, in Synctera's words. */
export function syncteraSource(client: ProviderClient, visit: OperationScope) {
  const send = async <T>(call: Call<T>): Promise<T> => (await client.send(visit, call)).body

  return {
    createPerson: (body: PersonBody, idempotencyKey: string) =>
      send({
        method: 'POST',
        path: path`/v0/persons`,
        effect: 'write',
        // What comes again under its key is not done twice.
        retry: 'always',
        json: body,
        headers: { 'idempotency-key': idempotencyKey },
        response: answers.person,
      }),

    getPerson: (id: string) =>
      send({ method: 'GET', path: path`/v0/persons/${id}`, effect: 'read', response: answers.person }),

    listPersons: ({ ids, ...rest }: PersonQuery, limit: number, pageToken?: string) =>
      send({
        method: 'GET',
        path: path`/v0/persons`,
        effect: 'read',
        query: Object.entries(omitNullish({ id: ids?.join(','), ...rest, limit, page_token: pageToken })).map(
          ([name, value]) => [name, String(value)] as const,
        ),
        response: answers.persons,
      }),

    updatePerson: (id: string, body: PersonBody, idempotencyKey: string) =>
      send({
        method: 'PATCH',
        path: path`/v0/persons/${id}`,
        effect: 'write',
        // What comes again under its key is not done twice.
        retry: 'always',
        json: body,
        headers: { 'idempotency-key': idempotencyKey },
        response: answers.person,
      }),

    verify: (body: VerifyBody, idempotencyKey: string) =>
      send({
        method: 'POST',
        path: path`/v0/verifications/verify`,
        effect: 'write',
        // What comes again under its key is not done twice.
        retry: 'always',
        json: body,
        headers: { 'idempotency-key': idempotencyKey },
        response: answers.verified,
      }),

    /** Every current verification of these persons, page after page until there is none. */
    async listVerifications(personIds: readonly string[]): Promise<SyncteraVerification[]> {
      const found: SyncteraVerification[] = []
      let pageToken: string | undefined
      do {
        const page = await send({
          method: 'GET',
          path: path`/v0/verifications`,
          effect: 'read',
          query: [
            ['person_id', personIds.join(',')],
            ['limit', String(PAGE_LIMIT)],
            ...(pageToken === undefined ? [] : [['page_token', pageToken] as const]),
          ],
          response: answers.verifications,
        })
        found.push(...page.verifications)
        // A page without rows cannot be the way to more of them.
        pageToken = page.verifications.length > 0 ? page.next_page_token : undefined
      } while (pageToken !== undefined)
      return found
    },
  }
}

export type SyncteraSource = ReturnType<typeof syncteraSource>
