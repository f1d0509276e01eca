import { Type } from '@sinclair/typebox'
import { contract } from '../http/call.js'

/**
 * SEI: account attributes. Reference: https://developers.seic.com (account attributes, OAuth token, API standards, error handling).
 * The response of the job status endpoint is not documented, so the contract accepts any form; `mapping.ts` reads what it can.
 */

const JobKey = Type.Object({ data: Type.Object({ jobStatusQueryKey: Type.String({ minLength: 1 }) }) })

export const answers = {
  jobKey: contract(JobKey),
  jobStatus: contract(Type.Unknown()),
}

export interface AttributesBody {
  readonly externalId: string
  readonly attributes: readonly {
    readonly name: string
    /** Text in every sample, `"true"` too. */
    readonly value: string
    readonly explanation?: string
    readonly fieldsToNull?: readonly string[]
  }[]
}

/** The default of `SEI_JOB_STATUS_PATH`; its prefix is an assumption. */
export const JOB_STATUS_PATH = '/v1/insight/status/{key}'
