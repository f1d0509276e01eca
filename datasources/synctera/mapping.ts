import {
  BanStatus,
  type CreatePersonInput,
  type Person,
  type PersonFilter,
  type PersonOrder,
  PersonOrderField,
  PersonStatus,
  SsnSource,
  type UpdatePersonInput,
} from '../../schema/person.js'
import { type PersonAddress, type PersonAddressInput } from '../../schema/person-address.js'
import {
  PersonVerificationOutcome,
  type PersonVerificationResult,
  PersonVerificationType,
  type VerificationDetail,
  type VerifyPersonInput,
} from '../../schema/person-verification.js'
import { VerificationStatus } from '../../schema/verification-status.js'
import { type PersonalId, type PersonalIdInput, PersonalIdType } from '../../schema/personal-id.js'
import { isExact, toInstant } from '../../schema/scalars.js'
import { CustomerSortDirection } from '../../schema/shared.js'
import { type InvalidFields, invalidInput } from '../contract/errors.js'
import type { ProblemBody } from '../http/provider-errors.js'
import { withLists } from '../contract/rows.js'
import { canonicalJson } from '../support/canonical-json.js'
import { toInputPath } from '../support/input-path.js'
import { toDate, type Drift, toDateTime, toEnum, omitNullish, providerWord } from '../support/mapping.js'
import { toNodes } from '../support/rows.js'
import { readDetails, readPersonalIds } from './contract.js'
import { unreadableSyncteraRow } from './errors.js'
import { meaningOf } from './vendor-codes.js'
import type {
  AddressBody,
  PersonalIdBody,
  PersonBody,
  PersonQuery,
  SyncteraAddress,
  SyncteraDetail,
  SyncteraPerson,
  SyncteraPersonalId,
  SyncteraVerification,
  VerifyBody,
} from './contract.js'

// ---- provider to graph

const toAddress = (address: SyncteraAddress | null | undefined): PersonAddress | null =>
  address == null
    ? null
    : {
        id: address.id ?? null,
        type: address.address_type ?? null,
        line1: address.address_line_1,
        line2: address.address_line_2 ?? null,
        city: address.city ?? null,
        state: address.state ?? null,
        postalCode: address.postal_code ?? null,
        countryCode: address.country_code,
      }

/** Whether Synctera masks these is not documented, so only the last four characters are passed on. */
const MASKED_ID_TYPES: readonly string[] = [PersonalIdType.SSN, PersonalIdType.ITIN, PersonalIdType.SIN]

/** True of a kind of which Synctera may show the last four characters alone. */
export const isMaskedType = (type: string): boolean => MASKED_ID_TYPES.includes(type)

function toPersonalId(id: SyncteraPersonalId, drift: Drift): PersonalId {
  const type = toEnum(PersonalIdType, id.id_type, 'person.personal_ids.id_type', drift)
  // An unknown type may be another word for one of these.
  const isMasked = type === null || isMaskedType(type)
  return {
    id: id.id,
    type,
    typeRaw: providerWord(id.id_type),
    identifier: isMasked ? id.identifier.slice(-4) : id.identifier,
    countryCode: id.country_code ?? null,
    issueDate: toDate(id.issue_date, 'person.personal_ids.issue_date', drift),
    expiryDate: toDate(id.expiry_date, 'person.personal_ids.expiry_date', drift),
    systemProvided: id.system_provided,
  }
}

/** The last four digits of the number that Synctera holds; undefined where it holds none. */
export const ssnLast4 = ({ ssn }: SyncteraPerson): string | undefined => ssn?.slice(-4) || undefined

const isExactJson = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.values(value).every(isExactJson)
    : typeof value !== 'number' || isExact(value)

/** Null where a number was changed when it was read: another one must not be taken for it. */
function toMetadata(metadata: SyncteraPerson['metadata'], drift: Drift): Person['metadata'] {
  if (metadata == null || isExactJson(metadata)) return metadata ?? null
  drift('person.metadata')
  return null
}

export function toPerson(person: SyncteraPerson, drift: Drift): Person {
  const ids = person.personal_ids
  const members = {
    __typename: 'Person' as const,
    id: person.id,
    tenant: person.tenant,
    isCustomer: person.is_customer,
    status: toEnum(PersonStatus, person.status, 'person.status', drift),
    statusRaw: providerWord(person.status),
    banStatus: toEnum(BanStatus, person.ban_status, 'person.ban_status', drift),
    banStatusRaw: providerWord(person.ban_status),
    verificationStatus: toEnum(VerificationStatus, person.verification_status, 'person.verification_status', drift),
    verificationStatusRaw: providerWord(person.verification_status),
    verificationLastRun: toDateTime(person.verification_last_run, 'person.verification_last_run', drift),
    firstName: person.first_name ?? null,
    middleName: person.middle_name ?? null,
    lastName: person.last_name ?? null,
    chosenName: person.chosen_name ?? null,
    dateOfBirth: toDate(person.dob, 'person.dob', drift),
    email: person.email ?? null,
    phoneNumber: person.phone_number ?? null,
    ssnLast4: ssnLast4(person) ?? null,
    ssnSource: toEnum(SsnSource, person.ssn_source, 'person.ssn_source', drift),
    ssnSourceRaw: providerWord(person.ssn_source),
    hasAccounts: person.has_accounts ?? null,
    legalAddress: toAddress(person.legal_address),
    shippingAddress: toAddress(person.shipping_address),
    metadata: toMetadata(person.metadata, drift),
    createdAt: toInstant(person.creation_time)!,
    updatedAt: toInstant(person.last_updated_time)!,
  }
  return withLists<Person, 'personalIds'>(members, {
    personalIds: ids
      ? toNodes(readPersonalIds(ids), 'person.personal_ids', toPersonalId, unreadableSyncteraRow, drift)
      : null,
  })
}

const toDetail = (detail: SyncteraDetail): VerificationDetail => ({
  category: detail.category ?? null,
  label: detail.label ?? null,
  description: detail.description ?? null,
  result: detail.result ?? null,
  score: detail.score ?? null,
  vendorCode: detail.vendor_code ?? null,
  vendorCodeMeaning: meaningOf(detail.vendor_code),
})

const vendorOf = (info: unknown): string | null => {
  const { vendor } = (info ?? {}) as { readonly vendor?: unknown }
  return typeof vendor === 'string' ? providerWord(vendor) : null
}

export function toVerificationResult(verification: SyncteraVerification, drift: Drift): PersonVerificationResult {
  const members = {
    id: verification.id ?? null,
    personId: verification.person_id ?? null,
    type: toEnum(PersonVerificationType, verification.verification_type, 'verification.verification_type', drift),
    typeRaw: providerWord(verification.verification_type),
    result: toEnum(PersonVerificationOutcome, verification.result, 'verification.result', drift),
    resultRaw: providerWord(verification.result),
    verifiedAt: toInstant(verification.verification_time)!,
    vendor: vendorOf(verification.vendor_info),
  }
  const details = readDetails(verification.details ?? [])
  return withLists<PersonVerificationResult, 'details'>(members, {
    details: toNodes(details, 'verification.details', toDetail, unreadableSyncteraRow, drift),
  })
}

export const toVerificationStatus = (status: string, drift: Drift) =>
  toEnum(VerificationStatus, status, 'verification_status', drift)

// ---- graph to provider

const addressBody = (address: PersonAddressInput | null | undefined): AddressBody | undefined =>
  address
    ? omitNullish({
        address_line_1: address.line1,
        address_line_2: address.line2,
        city: address.city,
        state: address.state,
        postal_code: address.postalCode,
        country_code: address.countryCode,
      })
    : undefined

const personalIdBody = (id: PersonalIdInput): PersonalIdBody =>
  omitNullish({
    id_type: id.type,
    identifier: id.identifier,
    country_code: id.countryCode,
    issue_date: id.issueDate,
    expiry_date: id.expiryDate,
  })

/** Synctera may compare the bodies of repeats as texts, so the members of `metadata` are sent in one order, whatever the input's is. */
const personBody = (input: CreatePersonInput | UpdatePersonInput): PersonBody =>
  omitNullish({
    is_customer: input.isCustomer,
    status: input.status,
    ban_status: input.banStatus,
    first_name: input.firstName,
    middle_name: input.middleName,
    last_name: input.lastName,
    chosen_name: input.chosenName,
    dob: input.dateOfBirth,
    email: input.email,
    phone_number: input.phoneNumber,
    ssn: input.ssn,
    legal_address: addressBody(input.legalAddress),
    shipping_address: addressBody(input.shippingAddress),
    metadata: input.metadata && canonicalJson(input.metadata),
    note: input.note,
  })

export const createBody = (input: CreatePersonInput): PersonBody => ({
  ...personBody(input),
  ...omitNullish({ personal_ids: input.personalIds?.map(personalIdBody), tenant: input.tenant }),
})

export const nullMembers = (path: string, value: object): string[] =>
  Object.entries(value).flatMap(([name, member]) => (member === null ? [`${path}.${name}`] : []))

/** Refuses changes that clear a member, which Synctera cannot do, and changes of nothing. */
export function assertChanges(cleared: readonly string[], changes: object): void {
  if (cleared.length > 0)
    throw invalidInput(
      Object.fromEntries(cleared.map((path) => [path, ['cannot be cleared at the provider; leave it out to keep it']])),
    )
  if (Object.keys(changes).length === 0) throw invalidInput({ input: ['changes nothing'] })
}

/** The changes of an update. Synctera cannot clear a member, so a null is invalid input. */
export function updateBody({ idempotencyKey: _key, id: _id, ...changes }: UpdatePersonInput): PersonBody {
  const paths = [
    ...nullMembers('input', changes),
    ...nullMembers('input.legalAddress', changes.legalAddress ?? {}),
    ...nullMembers('input.shippingAddress', changes.shippingAddress ?? {}),
  ]
  const body = personBody(changes as UpdatePersonInput)
  assertChanges(paths, body)
  return body
}

export const verifyBody = (input: VerifyPersonInput): VerifyBody =>
  omitNullish({
    person_id: input.personId,
    customer_consent: input.customerConsent,
    customer_ip_address: input.customerIpAddress,
    document_id: input.documentId,
  })

const ORDER: Readonly<Record<PersonOrderField, string>> = {
  CREATED_AT: 'creation_time',
  UPDATED_AT: 'last_updated_time',
  DATE_OF_BIRTH: 'dob',
  FIRST_NAME: 'first_name',
  LAST_NAME: 'last_name',
}

const OLDEST_FIRST: readonly PersonOrder[] = [
  { field: PersonOrderField.CREATED_AT, direction: CustomerSortDirection.ASC },
]

export const personQuery = (
  filter: PersonFilter | null | undefined,
  orderBy: readonly PersonOrder[] | null | undefined,
): PersonQuery =>
  omitNullish({
    ids: filter?.ids,
    is_customer: filter?.isCustomer,
    status: filter?.status,
    first_name: filter?.firstName,
    last_name: filter?.lastName,
    email: filter?.email,
    phone_number: filter?.phoneNumber,
    ssn_last_4: filter?.ssnLast4,
    dob: filter?.dateOfBirth,
    has_accounts: filter?.hasAccounts,
    verification_status: filter?.verificationStatuses?.join(','),
    ban_status: filter?.banStatuses?.join(','),
    // Synctera documents no order of its own.
    sort_by: (orderBy?.length ? orderBy : OLDEST_FIRST)
      .map(({ field, direction }) => `${ORDER[field]}:${direction === CustomerSortDirection.ASC ? 'asc' : 'desc'}`)
      .join(','),
  })

// ---- invalid input, by the graph's names

/** Members by the graph's names, those of addresses and of personal ids among them. */
const INPUT_NAMES: ReadonlyMap<string, string> = new Map([
  ['is_customer', 'isCustomer'],
  ['ban_status', 'banStatus'],
  ['first_name', 'firstName'],
  ['middle_name', 'middleName'],
  ['last_name', 'lastName'],
  ['chosen_name', 'chosenName'],
  ['dob', 'dateOfBirth'],
  ['phone_number', 'phoneNumber'],
  ['legal_address', 'legalAddress'],
  ['shipping_address', 'shippingAddress'],
  ['personal_ids', 'personalIds'],
  ['person_id', 'personId'],
  ['customer_id', 'personId'],
  ['verification_type', 'type'],
  ['verification_time', 'verifiedAt'],
  ['vendor_info', 'vendor'],
  ['vendor_code', 'vendorCode'],
  ...['result', 'details', 'category', 'description', 'score'].map((name): [string, string] => [name, name]),
  ['customer_consent', 'customerConsent'],
  ['customer_ip_address', 'customerIpAddress'],
  ['document_id', 'documentId'],
  ['address_line_1', 'line1'],
  ['address_line_2', 'line2'],
  ['postal_code', 'postalCode'],
  ['country_code', 'countryCode'],
  ['id_type', 'type'],
  ['issue_date', 'issueDate'],
  ['expiry_date', 'expiryDate'],
  ['event_type', 'eventType'],
  ['disclosure_date', 'disclosedAt'],
  ['acknowledging_person_id', 'acknowledgingPersonId'],
  ['document_type', 'documentType'],
  ['send_message', 'sendMessage'],
  ...['type', 'version', 'language'].map((name): [string, string] => [name, name]),
  ...['status', 'email', 'ssn', 'metadata', 'tenant', 'note', 'city', 'state', 'identifier'].map(
    (name): [string, string] => [name, name],
  ),
])

/** The members that a problem names: texts, or the paths of an object, whose members may be objects themselves. */
function membersOf(problem: ProblemBody, name: string): string[] {
  const object = problem.object(name)
  return problem.names(name).flatMap((member) => {
    const nested = object.object(member).isObject ? membersOf(object, member) : []
    return nested.length > 0 ? nested.map((path) => `${member}.${path}`) : [member]
  })
}

/** The invalid members by the graph's names. Synctera's reasons may repeat a value and are not passed on. */
export function refusedFields(problem: ProblemBody): InvalidFields | undefined {
  const withRule = (name: string, rule: string) =>
    membersOf(problem, name).flatMap((member): [string, readonly string[]][] => {
      const path = toInputPath(member, INPUT_NAMES)
      return path === undefined ? [] : [[path, [rule]]]
    })
  const fields = [
    ...withRule('missing', 'is required by the provider'),
    ...withRule('invalid', 'is not valid to the provider'),
    ...withRule('immutable', 'cannot be changed'),
  ]
  return fields.length > 0 ? Object.fromEntries(fields) : undefined
}
