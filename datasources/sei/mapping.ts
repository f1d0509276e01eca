import { type JobError, JobStatus, type SetAccountAttributesInput } from '../../schema/account-attributes.js'
import type { InvalidFields } from '../contract/errors.js'
import { ProblemBody } from '../http/provider-errors.js'
import { type Drift, toEnum, omitNullish } from '../support/mapping.js'
import type { AttributesBody } from './contract.js'

// ---- provider to graph

const STATUSES: Readonly<Record<string, JobStatus>> = {
  Pending: JobStatus.PENDING,
  Completed: JobStatus.COMPLETED,
  Failed: JobStatus.FAILED,
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** One error of a job; some pages call the reason `message`. */
const toJobError = (item: ProblemBody): JobError => ({
  field: item.text('field') ?? null,
  location: item.text('location') ?? null,
  reason: item.text('reason') ?? item.text('message') ?? null,
})

/** The progress of a job. With an unknown status or form the job counts as pending. */
export function toProgress(body: unknown, drift: Drift): { status: JobStatus; errors: JobError[] } {
  const data = isObject(body) ? body['data'] : undefined
  const word = isObject(data) ? data['status'] : undefined
  if (!isObject(data) || typeof word !== 'string') {
    drift('job')
    return { status: JobStatus.PENDING, errors: [] }
  }
  return {
    status: toEnum(STATUSES, word, 'job.status', drift) ?? JobStatus.PENDING,
    errors: new ProblemBody(data)
      .items('errors')
      .map(toJobError)
      .filter(({ field, location, reason }) => field ?? location ?? reason),
  }
}

/** The tracking id is shown to callers, so only text in the form of an id passes. */
export const toTrackingId = (header: string | undefined): string | null =>
  header !== undefined && /^[\w.:-]{1,128}$/.test(header) ? header : null

// ---- graph to provider

/** The effect of `explanation` and `fieldsToNull` is not documented, so neither is sent empty. */
export const attributesBody = (input: SetAccountAttributesInput): AttributesBody => ({
  externalId: input.externalId,
  attributes: input.attributes.map(({ name, value, explanation, fieldsToNull }) => {
    const cleared = fieldsToNull?.filter((field) => field.trim() !== '')
    return omitNullish({ name, value, explanation, fieldsToNull: cleared?.length ? cleared : undefined })
  }),
})

// ---- invalid input, by the graph's names

const INPUT_NAMES: Readonly<Record<string, string>> = {
  externalId: 'input.externalId',
  attributes: 'input.attributes',
  name: 'input.attributes',
  value: 'input.attributes',
  explanation: 'input.attributes',
  fieldsToNull: 'input.attributes',
}

/** The invalid members by the graph's names. SEI's reasons may repeat a value and are not passed on. */
export function refusedFields(problem: ProblemBody): InvalidFields | undefined {
  const names = problem.items('errors').flatMap((item) => {
    const field = item.text('field')
    return field !== undefined && Object.hasOwn(INPUT_NAMES, field) ? [INPUT_NAMES[field]!] : []
  })
  return names.length > 0
    ? Object.fromEntries(names.map((name) => [name, ['is not valid to the provider']]))
    : undefined
}
