import type { CreateCustomerInput, Customer, CustomerLinks } from '../../../schema/customer.js'
import { AttributeType, type CustomerAttribute } from '../../../schema/customer-attribute.js'
import { PhoneNumberMatch } from '../../../schema/shared.js'
import { plainPhoneNumber } from '../../../schema/text.js'
import { type Drift, textsOf, providerWord, toEnum } from '../../support/mapping.js'
import { dayOf, instantOf, toWireDate } from '../dates.js'
import { obpError } from '../error-mapping.js'
import { text } from '../texts.js'
import {
  type AttributeBody,
  type AttributePair,
  type CustomerBody,
  LINKS,
  MAX_QUERY_LENGTH,
  type ObpAttribute,
  type ObpCustomer,
} from './contract.js'

// ---- from the provider's responses to the graph

export const toAttribute = (attribute: ObpAttribute, drift: Drift): CustomerAttribute => ({
  id: attribute.customer_attribute_id,
  name: attribute.name ?? '',
  type: toEnum(AttributeType, attribute.type, 'customer_attribute.type', drift),
  typeRaw: providerWord(attribute.type),
  value: attribute.value ?? '',
})

const DEPENDANTS = 'customer.dob_of_dependants'

export function toCustomer(customer: ObpCustomer, drift: Drift): Customer {
  const {
    face_image: face,
    credit_rating: rating,
    credit_limit: limit,
    dob_of_dependants: dependants = null,
  } = customer
  const [currency, amount] = [text(limit?.currency), text(limit?.amount)]
  return {
    __typename: 'Customer',
    id: customer.customer_id,
    bankId: customer.bank_id,
    number: customer.customer_number,
    legalName: text(customer.legal_name),
    title: text(customer.title),
    nameSuffix: text(customer.name_suffix),
    email: text(customer.email),
    mobilePhoneNumber: text(customer.mobile_phone_number),
    faceImage:
      text(face?.url) === null && text(face?.date) === null
        ? null
        : { url: text(face?.url), date: instantOf(face?.date, 'customer.face_image.date', drift) },
    dateOfBirth: dayOf(customer.date_of_birth, 'customer.date_of_birth', drift),
    relationshipStatus: text(customer.relationship_status),
    dependants: customer.dependants ?? null,
    datesOfBirthOfDependants:
      dependants && textsOf(dependants, DEPENDANTS, drift).flatMap((date) => dayOf(date, DEPENDANTS, drift) ?? []),
    creditRating:
      text(rating?.rating) === null && text(rating?.source) === null
        ? null
        : { rating: text(rating?.rating), source: text(rating?.source) },
    creditLimit: currency === null || amount === null ? null : { currency, amount },
    highestEducationAttained: text(customer.highest_education_attained),
    employmentStatus: text(customer.employment_status),
    kycStatus: customer.kyc_status,
    lastOkDate: instantOf(customer.last_ok_date, 'customer.last_ok_date', drift),
    branchId: text(customer.branch_id),
  }
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** An id as a link stores it: links are compared letter by letter, and UUIDs are the same in either case. */
export const linkValue = (id: string): string => (UUID.test(id) ? id.toLowerCase() : id)

const LINK_NAMES: readonly string[] = Object.values(LINKS)

/** What a database may leave out when it compares: marks on letters, and characters that show nothing. */
const IGNORABLE = /[\p{M}\p{Cf}\p{DI}]/gu

/** True for a name that only `linkCustomer` may use, in any spelling that a database may take for it. */
export const isLinkName = (name: string): boolean =>
  LINK_NAMES.includes(name.normalize('NFKD').replace(IGNORABLE, '').trim().toUpperCase())

/** The links among a customer's attributes. Several values under one name contradict each other and are a conflict. */
export function toLinks(attributes: readonly CustomerAttribute[]): CustomerLinks {
  const link = (name: string): string | null => {
    let found: string | null = null
    for (const attribute of attributes) {
      if (attribute.name !== name || attribute.value === '') continue
      if (found !== null && found !== attribute.value)
        throw obpError('CONFLICT', 'This customer has contradicting links; linkCustomer sets them right.')
      found = attribute.value
    }
    return found
  }
  return {
    personId: link(LINKS.personId),
    bankingCustomerId: link(LINKS.bankingCustomerId),
    seiExternalId: link(LINKS.seiExternalId),
  }
}

// ---- from the graph's input to the provider's requests

export function createBody(input: CreateCustomerInput): CustomerBody {
  const dependants = (input.datesOfBirthOfDependants ?? []).map(toWireDate)
  return {
    legal_name: input.legalName,
    mobile_phone_number: input.mobilePhoneNumber,
    email: input.email,
    face_image: input.faceImage
      ? { url: input.faceImage.url, date: toWireDate(input.faceImage.date) }
      : { url: null, date: null },
    date_of_birth: toWireDate(input.dateOfBirth),
    relationship_status: input.relationshipStatus,
    dependants: dependants.length,
    dob_of_dependants: dependants,
    credit_rating: input.creditRating
      ? { rating: input.creditRating.rating, source: input.creditRating.source }
      : { rating: null, source: null },
    credit_limit: input.creditLimit
      ? { currency: input.creditLimit.currency, amount: input.creditLimit.amount }
      : { currency: null, amount: null },
    highest_education_attained: input.highestEducationAttained,
    employment_status: input.employmentStatus,
    kyc_status: input.kycStatus,
    last_ok_date: toWireDate(input.lastOkDate),
    title: input.title,
    branch_id: input.branchId ?? '',
    name_suffix: input.nameSuffix,
  }
}

export const attributeBody = ({ name, type, value }: AttributeBody): AttributeBody => ({ name, type, value })

const queryLength = ([name, value]: AttributePair): number => new URLSearchParams([[name, value]]).toString().length + 1

/**
 * The searches for customers with any of these attributes: each has a name once, because the provider refuses a query
 * that repeats a name, and a query of limited length. Equal pairs are searched for once.
 */
export function attributeSearches(wanted: readonly AttributePair[]): readonly (readonly AttributePair[])[] {
  const searches: { readonly pairs: Map<string, AttributePair>; length: number }[] = []
  const distinct = new Map(wanted.map((pair) => [JSON.stringify(pair), pair]))
  for (const pair of distinct.values()) {
    const length = queryLength(pair)
    const fitting = searches.find(({ pairs, length: used }) => !pairs.has(pair[0]) && used + length <= MAX_QUERY_LENGTH)
    const search = fitting ?? { pairs: new Map<string, AttributePair>(), length: 0 }
    if (!fitting) searches.push(search)
    search.pairs.set(pair[0], pair)
    search.length += length
  }
  return searches.map(({ pairs }) => [...pairs.values()])
}

/** Digits from which a text is taken for a telephone number, which is written in many ways, and not for a part of one. */
const MIN_DIGITS = 7

/** The number that a text dials: its digits, after `+` with the country code; undefined when it dials none. */
function dialled(text: string): string | undefined {
  const plain = plainPhoneNumber(text)
  if (!/^\+?[\d\s()./\p{Pd}\u2212]+$/u.test(plain)) return undefined
  const number = plain.replace(/[^+\d]/g, '')
  return number.length >= MIN_DIGITS ? number : undefined
}

/**
 * A LIKE pattern that matches at least the wanted numbers. Of a whole number, anything may stand between its digits. How to escape a wildcard depends on the provider's database,
 * so each character that a database may interpret is replaced by the one-character wildcard.
 */
export function phonePattern(wanted: string, match: PhoneNumberMatch): string {
  const number = match === PhoneNumberMatch.CONTAINS ? undefined : dialled(wanted)
  if (number !== undefined) return `%${number.replace('+', '').split('').join('%')}%`
  const text = wanted.replace(/[%_\\[]/g, '_')
  return {
    [PhoneNumberMatch.EXACT]: text,
    [PhoneNumberMatch.STARTS_WITH]: `${text}%`,
    [PhoneNumberMatch.CONTAINS]: `%${text}%`,
  }[match]
}

/** True for a phone number found by that pattern that is a wanted one: both by what they dial where they dial a number, else letter by letter. */
export function phoneFits(phone: string, wanted: string, match: PhoneNumberMatch): boolean {
  const [found, number] = match === PhoneNumberMatch.CONTAINS ? [] : [dialled(phone), dialled(wanted)]
  return found !== undefined && number !== undefined ? textFits(found, number, match) : textFits(phone, wanted, match)
}

function textFits(phone: string, wanted: string, match: PhoneNumberMatch): boolean {
  switch (match) {
    case PhoneNumberMatch.EXACT:
      return phone === wanted
    case PhoneNumberMatch.STARTS_WITH:
      return phone.startsWith(wanted)
    case PhoneNumberMatch.CONTAINS:
      return phone.includes(wanted)
  }
}
