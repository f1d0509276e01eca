import {
  AccountAttributesJobStatus,
  type JobError,
  type SetAccountAttributesInput,
} from '../../schema/account-attributes.js'
import type { InvalidFields } from '../contract/errors.js'
import { ProblemBody } from '../http/provider-errors.js'
import { toInputPath } from '../support/input-path.js'
import { type Drift, omitNullish, providerWord } from '../support/mapping.js'
import type { AttributesBody } from './contract.js'

// ---- provider to graph

const words = (status: AccountAttributesJobStatus, ...names: readonly string[]) =>
  names.map((name) => [name, status] as const)

/** SEI does not document its words, so their usual synonyms count too, in letters of either case and without signs. */
const STATUSES: ReadonlyMap<string, AccountAttributesJobStatus> = new Map([
  ...words(
    AccountAttributesJobStatus.PENDING,
    'pending',
    'queued',
    'submitted',
    'accepted',
    'received',
    'new',
    'open',
    'started',
  ),
  ...words(
    AccountAttributesJobStatus.PENDING,
    'processing',
    'running',
    'inprogress',
    'inprocess',
    'scheduled',
    'waiting',
  ),
  ...words(
    AccountAttributesJobStatus.COMPLETED,
    'completed',
    'complete',
    'success',
    'successful',
    'succeeded',
    'done',
    'finished',
  ),
  ...words(AccountAttributesJobStatus.COMPLETED, 'processed', 'ok', 'applied'),
  ...words(
    AccountAttributesJobStatus.FAILED,
    'failed',
    'failure',
    'fail',
    'error',
    'errored',
    'rejected',
    'aborted',
    'terminated',
  ),
  ...words(AccountAttributesJobStatus.FAILED, 'cancelled', 'canceled', 'timedout', 'timeout', 'invalid', 'declined'),
])

/** Members that name the job; they may stand in the body or in its `data`. */
const JOB_MEMBERS = ['jobStatus', 'jobState'] as const
/** Members that are the job's only in the innermost place: beside `data` they are those of the answer as a whole. */
const PLAIN_MEMBERS = ['status', 'state'] as const

/** SEI's word for the status of the job. */
function statusWord(whole: ProblemBody, data: ProblemBody, hasData: boolean): string | undefined {
  const ofJob = JOB_MEMBERS.flatMap((name) => [data.text(name), whole.text(name)])
  const plain = PLAIN_MEMBERS.map((name) => (hasData ? data : whole).text(name))
  return [...ofJob, ...plain].find((word) => word !== undefined)
}

/** A word that is understood may have blanks, such as `In Progress`; text in other letters around it could be a name. */
const SHOWN_WORD = /^[A-Za-z][A-Za-z _-]{0,63}$/

/** One error of a job; some pages call the reason `message`. */
const toJobError = (item: ProblemBody): JobError => ({
  field: item.text('field') ?? null,
  location: item.text('location') ?? null,
  reason: item.text('reason') ?? item.text('message') ?? null,
})

/** The progress of a job, as SEI says it. */
export interface Progress {
  /** Null for a word or a form that this server does not understand. */
  readonly status: AccountAttributesJobStatus | null
  /** SEI's own word; null where there is none. */
  readonly providerStatus: string | null
  readonly errors: JobError[]
}

export function toProgress(body: unknown, drift: Drift): Progress {
  const whole = new ProblemBody(body)
  const data = whole.object('data')
  const hasData = whole.isObject && (body as { readonly data?: unknown }).data != null
  const word = statusWord(whole, data, hasData)
  const status = STATUSES.get(word?.toLowerCase().replace(/[^a-z\d]/g, '') ?? '') ?? null
  if (status === null) drift(word === undefined ? 'job' : 'job.status')
  return {
    status,
    providerStatus: word !== undefined && status !== null && SHOWN_WORD.test(word) ? word : providerWord(word),
    errors: [data, whole]
      .flatMap((place) => place.items('errors').map(toJobError))
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

const INPUT_NAMES: ReadonlyMap<string, string> = new Map(
  ['externalId', 'attributes', 'name', 'value', 'explanation', 'fieldsToNull'].map((name) => [name, name]),
)

/** The input's path of a member. Alone, the name of an attribute's member says nothing of the attribute. */
function inputPathOf(field: string, location: string): string | undefined {
  const path = toInputPath(field, INPUT_NAMES)
  if (path === undefined || /^input\.(externalId|attributes)\b/.test(path)) return path
  const place = toInputPath(location, INPUT_NAMES)
  return place !== undefined && place.startsWith('input.attributes[')
    ? place + path.slice('input'.length)
    : 'input.attributes'
}

/** The invalid members by the graph's names. SEI's reasons may repeat a value and are not passed on. */
export function refusedFields(problem: ProblemBody): InvalidFields | undefined {
  const paths = problem
    .items('errors')
    .flatMap((item) => inputPathOf(item.text('field') ?? '', item.text('location') ?? '') ?? [])
  return paths.length > 0
    ? Object.fromEntries(paths.map((path) => [path, ['is not valid to the provider']]))
    : undefined
}
