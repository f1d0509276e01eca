import { type CallScope, path, type Path } from '../http/call.js'
import type { ProviderClient } from '../http/client.js'
import { parseRetryAfter } from '../http/retry-after.js'
import { answers, type AttributesBody } from './contract.js'

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
