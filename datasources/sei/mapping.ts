import {
  type AccountAttributesJob,
  AccountAttributesJobStatus,
  type JobError,
  type SetAccountAttributesInput,
} from '../../schema/account-attributes.js'
import type { InvalidFields } from '../contract/errors.js'
import { type Drift, omitNullish, providerWord, toEnum } from '../support/mapping.js'
import { answers, type AttributesBody, type SeiErrorItem, type SeiProblem } from './contract.js'

// ---- provider to graph

const STATUSES: Readonly<Record<string, AccountAttributesJobStatus>> = {
  Pending: AccountAttributesJobStatus.PENDING,
  Completed: AccountAttributesJobStatus.COMPLETED,
  Failed: AccountAttributesJobStatus.FAILED,
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const errorItems = (errors: unknown): SeiErrorItem[] =>
  Array.isArray(errors) ? errors.filter((item) => answers.errorItem.fits(item)) : []

/** A blank member means the same as an absent one. */
const text = (value: string | null | undefined): string | null => value?.trim() || null

const toJobError = ({ field, location, reason, message }: SeiErrorItem): JobError => ({
  field: text(field),
  location: text(location),
  reason: text(reason) ?? text(message),
})

/** What a poll says of a job. */
type Progress = Pick<AccountAttributesJob, 'status' | 'providerStatus' | 'errors'>

/** The progress of a job. With an unknown status or form the job counts as pending. */
export function toProgress(body: unknown, drift: Drift): Progress {
  const data = isObject(body) ? body['data'] : undefined
  const word = isObject(data) ? data['status'] : undefined
  if (!isObject(data) || typeof word !== 'string') {
    drift('job')
    return { status: AccountAttributesJobStatus.PENDING, providerStatus: null, errors: [] }
  }
  return {
    status: toEnum(STATUSES, word, 'job.status', drift) ?? AccountAttributesJobStatus.PENDING,
    providerStatus: providerWord(word),
    errors: errorItems(data['errors'])
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
export function refusedFields({ errors }: SeiProblem): InvalidFields | undefined {
  const names = errorItems(errors).flatMap(({ field }) =>
    field && Object.hasOwn(INPUT_NAMES, field) ? [INPUT_NAMES[field]!] : [],
  )
  return names.length > 0
    ? Object.fromEntries(names.map((name) => [name, ['is not valid to the provider']]))
    : undefined
}
