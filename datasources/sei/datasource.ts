import { type CallScope, type ErrorMapping, type ErrorResponse, path, type Path } from '../http/call.js'
import type { ProviderClient } from '../http/client.js'
import { ProblemBody } from '../http/provider-errors.js'
import { parseRetryAfter } from '../http/retry-after.js'
import { answers, type AttributesBody } from './contract.js'
import { refusedFields } from './mapping.js'

/** The message of a 401 that a new token does not cure: SEI rejects the application or its service account. */
const REJECTED_CREDENTIALS = /api ?key|credential/i

/** Statuses of a permanent error, unless SEI marks it as transient. */
const PERMANENT: ReadonlySet<number> = new Set([400, 404, 409, 422])

/** Maps SEI's standard error; its messages may repeat a value and are not passed on. */
export function mapError({ status, body, header }: ErrorResponse): ErrorMapping {
  const tracking = header('requesttrackingid')
  const problem = new ProblemBody(body)
  const transient = problem.flag('transient')
  const code = problem.text('code')
  return {
    code: transient && PERMANENT.has(status) ? 'PROVIDER_UNAVAILABLE' : undefined,
    stale: status === 401 && !REJECTED_CREDENTIALS.test(problem.text('message') ?? ''),
    // A request that may be sent again unchanged was not executed.
    notExecuted: transient || undefined,
    transient: transient || undefined,
    providerCode: code !== undefined && /^[\w.-]{1,64}$/.test(code) ? code : undefined,
    providerRequestId: problem.text('trackingId') ?? tracking,
    fields: status === 400 ? refusedFields(problem) : undefined,
  }
}

/** The path of a configured template: the key becomes exactly one encoded segment. */
export function jobPath(template: string, key: string): Path {
  const parts = template.split('{key}')
  return path(Object.assign(parts, { raw: parts }), key)
}

/** SEI's endpoints, one method each, in SEI's words. */
export function seiSource(client: ProviderClient, jobStatusPath: string) {
  return {
    /** 200 and 202 mean the same: accepted. */
    async setAccountAttributes(
      scope: CallScope,
      body: AttributesBody,
    ): Promise<{ key: string; requestTrackingId: string | undefined }> {
      const reply = await client.send(scope, {
        method: 'POST',
        path: path`/v1/accounts/attributes`,
        effect: 'write',
        json: body,
        response: answers.jobKey,
      })
      return { key: reply.body.data.jobStatusQueryKey, requestTrackingId: reply.header('requesttrackingid') }
    },

    /** The status of a job, in a form that is not documented, with SEI's hint when to poll again. */
    async getJobStatus(scope: CallScope, key: string): Promise<{ body: unknown; hintSeconds: number | undefined }> {
      const { body, header } = await client.send(scope, {
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
