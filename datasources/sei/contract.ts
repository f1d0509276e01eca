import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../http/client.js'

/**
 * SEI: attributes of accounts. Reference: https://developers.seic.com (account attributes, OAuth token, API standards, error handling).
 * The answer of a job's status is documented nowhere, so nothing of it is relied on here; `mapping.ts` reads what it can.
 */

const JobKey = Type.Object({ data: Type.Object({ jobStatusQueryKey: Type.String({ minLength: 1 }) }) })

const Text = Type.Optional(Type.Union([Type.String(), Type.Null()]))

/** What went wrong, item by item; some pages call the reason `message`. */
const ErrorItem = Type.Object({ field: Text, location: Text, reason: Text, message: Text })

/** The standard error of every SEI API. Pages differ in the types of its members, so only what is used must be readable. */
const Problem = Type.Object({
  code: Text,
  message: Text,
  trackingId: Text,
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

/** Where a job's status is asked, unless `SEI_JOB_STATUS_PATH` says otherwise; the prefix is an assumption. */
export const JOB_STATUS_PATH = '/v1/insight/status/{key}'
