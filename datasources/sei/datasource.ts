import {
  type ProviderClient,
  path,
  type Path,
  type ErrorResponse,
  parseRetryAfter,
  type ErrorMapping,
} from '../http/client.js'
import type { OperationScope } from '../contract/provider.js'
import { answers, type AttributesBody } from './contract.js'
import { refusedFields } from './mapping.js'

/** A 401 that a new token does not cure: the application or its service account is not let in. */
const NOT_THE_TOKEN = /api ?key|credential/i

/** Refusals that say the same each time, unless SEI says that they are transient. */
const LASTING: ReadonlySet<number> = new Set([400, 404, 409, 422])

/** Reads SEI's standard error; its words may repeat a value and are not passed on. */
export function mapError({ status, body, header }: ErrorResponse): ErrorMapping {
  const tracking = header('requesttrackingid')
  if (!answers.problem.fits(body)) return { stale: status === 401, providerRequestId: tracking }
  const transient = body.transient === true || body.transient === 'true'
  return {
    code: transient && LASTING.has(status) ? 'PROVIDER_UNAVAILABLE' : undefined,
    stale: status === 401 && !NOT_THE_TOKEN.test(body.message ?? ''),
    // Whatever may be sent again unchanged was not carried out.
    notExecuted: transient || undefined,
    transient: transient || undefined,
    providerCode: body.code != null && /^[\w.-]{1,64}$/.test(body.code) ? body.code : undefined,
    providerRequestId: body.trackingId?.trim() || tracking,
    fields: status === 400 ? refusedFields(body) : undefined,
  }
}

/** A path out of a setting: the key becomes exactly one segment, whatever is in it. */
function jobPath(template: string, key: string): Path {
  const parts = template.split('{key}')
  return path(Object.assign(parts, { raw: parts }), key)
}

/** SEI's endpoints, one method each, in SEI's words. */
export function seiSource(client: ProviderClient, visit: OperationScope, jobStatusPath: string) {
  return {
    /** 200 and 202 say the same: accepted. */
    async setAccountAttributes(body: AttributesBody): Promise<{ key: string; requestTrackingId: string | undefined }> {
      const reply = await client.send(visit, {
        method: 'POST',
        path: path`/v1/accounts/attributes`,
        effect: 'write',
        json: body,
        response: answers.jobKey,
      })
      return { key: reply.body.data.jobStatusQueryKey, requestTrackingId: reply.header('requesttrackingid') }
    },

    /** Whatever a job's status answers: its form is not documented. With it, how long SEI asks to be left alone. */
    async getJobStatus(key: string): Promise<{ body: unknown; hintSeconds: number | undefined }> {
      const { body, header } = await client.send(visit, {
        method: 'GET',
        path: jobPath(jobStatusPath, key),
        effect: 'read',
        response: answers.jobStatus,
      })
      return { body, hintSeconds: parseRetryAfter(header('retry-after')) }
    },
  }
}

export type SeiSource = ReturnType<typeof seiSource>
