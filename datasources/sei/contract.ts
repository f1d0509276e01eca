import { type Static, Type } from '@sinclair/typebox'
import { contract } from '../http/call.js'
import { OptionalText } from '../support/contract-types.js'

/**
 * SEI: account attributes. Reference: https://developers.seic.com (account attributes, OAuth token, API standards, error handling).
 * The response of the job status endpoint is not documented, so the contract accepts any form; `mapping.ts` reads what it can.
 */

const JobKey = Type.Object({ data: Type.Object({ jobStatusQueryKey: Type.String({ minLength: 1 }) }) })

/** One error of a request or job; some pages call the reason `message`. */
const ErrorItem = Type.Object({
  field: OptionalText,
  location: OptionalText,
  reason: OptionalText,
  message: OptionalText,
})

/** The standard error of every SEI API. Pages differ in the types of its members, so only the members that are used are checked. */
const Problem = Type.Object({
  code: OptionalText,
  message: OptionalText,
  trackingId: OptionalText,
  /** True or `"true"` when the same request may be sent again. */
  transient: Type.Optional(Type.Unknown()),
  errors: Type.Optional(Type.Unknown()),
})

export const answers = {
  jobKey: contract(JobKey),
  jobStatus: contract(Type.Unknown()),
  problem: contract(Problem),
  errorItem: contract(ErrorItem),
}

export type SeiProblem = Static<typeof Problem>
export type SeiErrorItem = Static<typeof ErrorItem>

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
