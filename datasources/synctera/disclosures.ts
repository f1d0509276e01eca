import { type Static, Type } from '@sinclair/typebox'
import {
  type Disclosure,
  DisclosureEventType,
  DisclosureType,
  type RecordDisclosureInput,
} from '../../schema/disclosure.js'
import { toInstant } from '../../schema/scalars.js'
import { contract } from '../http/call.js'
import { listContract } from '../http/list-contract.js'
import { Instant, OptionalText } from '../support/contract-types.js'
import { PAGE } from './contract.js'
import { type Drift, omitNullish, providerWord, toDateTime, toEnum } from '../support/mapping.js'

/** Disclosures of Synctera v0. Reference: https://docs.synctera.com/reference/createdisclosure, /listdisclosures */
const Row = Type.Object({
  id: OptionalText,
  person_id: OptionalText,
  acknowledging_person_id: OptionalText,
  type: Type.String(),
  version: Type.String(),
  event_type: Type.String(),
  disclosure_date: Instant,
  creation_time: OptionalText,
})

export type SyncteraDisclosure = Static<typeof Row>

export const disclosureAnswers = {
  disclosure: contract(Row),
  disclosures: listContract('disclosures', Row, { next_page_token: OptionalText }, PAGE),
}

/** The body of a request that records a disclosure. */
export interface DisclosureBody {
  person_id: string
  type: string
  version: string
  event_type: string
  disclosure_date: string
  acknowledging_person_id?: string
}

export const toDisclosure = (row: SyncteraDisclosure, drift: Drift): Disclosure => ({
  id: row.id ?? null,
  type: toEnum(DisclosureType, row.type, 'disclosure.type', drift),
  typeRaw: providerWord(row.type),
  version: row.version,
  eventType: toEnum(DisclosureEventType, row.event_type, 'disclosure.event_type', drift),
  eventTypeRaw: providerWord(row.event_type),
  disclosedAt: toInstant(row.disclosure_date)!,
  acknowledgingPersonId: row.acknowledging_person_id || null,
  createdAt: toDateTime(row.creation_time, 'disclosure.creation_time', drift),
})

/** A disclosure without a time was made when its first attempt began, so that a repeat sends the same. */
export const disclosureBody = (input: RecordDisclosureInput, begunAt: number): DisclosureBody =>
  omitNullish({
    person_id: input.personId,
    type: input.type,
    version: input.version,
    event_type: input.eventType,
    disclosure_date: input.disclosedAt ?? new Date(begunAt).toISOString(),
    acknowledging_person_id: input.acknowledgingPersonId,
  })

/** True for a record that holds what was sent. */
export const holdsDisclosure = (row: SyncteraDisclosure, sent: DisclosureBody): boolean =>
  row.type === sent.type &&
  row.version === sent.version &&
  row.event_type === sent.event_type &&
  Date.parse(row.disclosure_date) === Date.parse(sent.disclosure_date) &&
  (row.acknowledging_person_id || undefined) === sent.acknowledging_person_id
