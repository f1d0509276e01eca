import { DisclosureType } from '../../schema/disclosure.js'
import { KycProvider as Label } from '../../schema/shared.js'
import { type ApiError, copyError } from '../contract/errors.js'
import type { ErrorResponse } from '../http/call.js'
import { ProblemBody } from '../http/provider-errors.js'

/**
 * The refusal of a check before certain disclosures are recorded. Synctera documents that they come first and not how it
 * says that one is missing, so every known place of a problem is read.
 */
export interface DisclosureDemand {
  /** The types that the problem names; empty where it names none. */
  readonly types: readonly DisclosureType[]
}

/** Members of a problem that may name what is missing, as texts or as objects. */
const LISTS = ['missing', 'invalid', 'disclosures', 'disclosure_types', 'missing_disclosures', 'required_disclosures']
const TEXTS = ['code', 'type', 'title', 'detail']

const isType = (word: string): word is DisclosureType => Object.hasOwn(DisclosureType, word)

/** The types of disclosure among the words of texts. Only words of the schema are taken, so nothing else is passed on. */
const typesIn = (texts: readonly string[]): readonly DisclosureType[] =>
  [...new Set(texts.flatMap((text) => text.match(/\w+/g) ?? []).map((word) => word.toUpperCase()))].filter(isType)

/** The demand in a problem; undefined where the problem is about something else. */
export function demandOf({ status, body }: ErrorResponse): DisclosureDemand | undefined {
  if (status < 400 || status >= 500 || status === 401 || status === 429) return undefined
  const problem = new ProblemBody(body)
  const lists = LISTS.flatMap((name) => [
    ...problem.names(name),
    ...problem.items(name).flatMap((item) => item.text('type') ?? []),
  ])
  const texts = TEXTS.flatMap((name) => problem.text(name) ?? [])
  const types = typesIn([...lists, ...texts])
  const isNamed = [...lists, ...texts].some((text) => /disclosure/i.test(text))
  return isNamed || typesIn(lists).length > 0 ? { types } : undefined
}

/** The disclosure that Synctera's guides put before a check. */
const BEFORE_CHECK = DisclosureType.KYC_DATA_COLLECTION

/** The types that a demand which names none can mean, by those that the person has acknowledged. */
export const impliedTypes = (acknowledged: ReadonlySet<string>): readonly DisclosureType[] =>
  acknowledged.has(BEFORE_CHECK) ? [] : [BEFORE_CHECK]

/** The error of a check that Synctera refuses until these disclosures are recorded. */
export function disclosuresMissing(refusal: ApiError, types: readonly DisclosureType[]): ApiError {
  const which = types.length > 0 ? `these disclosures are recorded: ${types.join(', ')}` : 'a disclosure is recorded'
  return copyError(refusal, {
    provider: Label.SYNCTERA,
    message: `Synctera does not check the person before ${which}. Record them with recordDisclosure, then verify with a new idempotencyKey.`,
    missingDisclosures: types,
  })
}
