/** Maps the providers' JSON to this server's schema, without any check and with a mask only where a workload has one. */

interface Address {
  readonly address_line_1: string
  readonly city?: string
  readonly country_code: string
}

export interface WirePerson {
  readonly id: string
  readonly first_name?: string
  readonly last_name?: string
  readonly status: string
  readonly verification_status: string
  readonly email?: string
  readonly phone_number?: string
  readonly dob?: string
  readonly creation_time: string
  readonly legal_address?: Address
}

export interface WireAttribute {
  readonly customer_attribute_id: string
  readonly name: string
  readonly type: string
  readonly value: string
}

export interface WireCustomer {
  readonly bank_id: string
  readonly customer_id: string
  readonly customer_number: string
  readonly legal_name: string
  readonly email: string
  readonly mobile_phone_number: string
  readonly date_of_birth: string
  readonly kyc_status: boolean
  readonly last_ok_date: string
  readonly credit_limit: { readonly currency: string; readonly amount: string }
  readonly customer_attributes?: readonly WireAttribute[]
}

export const instant = (text: string): string => new Date(text).toISOString()

export const toPerson = (person: WirePerson) => ({
  id: person.id,
  firstName: person.first_name ?? null,
  lastName: person.last_name ?? null,
  status: person.status,
  verificationStatus: person.verification_status,
  email: person.email ?? null,
  phoneNumber: person.phone_number ?? null,
  dateOfBirth: person.dob ?? null,
  createdAt: instant(person.creation_time),
})

const first = (text: string | undefined) => (text === undefined ? null : `${text.slice(0, 1)}•••`)

export const toMaskedPerson = (person: WirePerson) => ({
  id: person.id,
  firstName: first(person.first_name),
  lastName: first(person.last_name),
  status: null,
  verificationStatus: person.verification_status,
  email: first(person.email),
  phoneNumber: person.phone_number === undefined ? null : `••••${person.phone_number.slice(-4)}`,
  dateOfBirth: null,
  createdAt: instant(person.creation_time),
  legalAddress: person.legal_address
    ? {
        line1: first(person.legal_address.address_line_1),
        city: first(person.legal_address.city),
        countryCode: person.legal_address.country_code,
      }
    : null,
})

export const toCustomer = (customer: WireCustomer) => ({
  id: customer.customer_id,
  number: customer.customer_number,
  legalName: customer.legal_name,
  email: customer.email,
  mobilePhoneNumber: customer.mobile_phone_number,
  dateOfBirth: customer.date_of_birth.slice(0, 10),
  kycStatus: customer.kyc_status,
  lastOkDate: instant(customer.last_ok_date),
  creditLimit: { currency: customer.credit_limit.currency, amount: customer.credit_limit.amount },
})

export const toAttribute = (attribute: WireAttribute) => ({
  id: attribute.customer_attribute_id,
  name: attribute.name,
  type: attribute.type,
  value: attribute.value,
})

/** The id of another provider's record that a customer is linked to. */
export const linkOf = (attributes: readonly WireAttribute[], name: string): string | null =>
  attributes.find((attribute) => attribute.name === name)?.value ?? null

interface Verification {
  readonly verification_type: string
  readonly result: string
  readonly verification_time: string
}

export const toVerification = (verification: Verification) => ({
  type: verification.verification_type,
  result: verification.result,
  verifiedAt: instant(verification.verification_time),
})

/** A customer's collections: the path of each, and the mapping of its rows. */
export const COLLECTIONS: readonly {
  readonly name: string
  readonly path: (bank: string, id: string) => string
  readonly rows: (body: never) => unknown
}[] = [
  {
    name: 'addresses',
    path: (bank, id) => `/obp/v4.0.0/banks/${bank}/customers/${id}/addresses`,
    rows: ({
      addresses,
    }: {
      addresses: { customer_address_id: string; line_1: string; city: string; postcode: string; country_code: string }[]
    }) =>
      addresses.map((row) => ({
        id: row.customer_address_id,
        line1: row.line_1,
        city: row.city,
        postcode: row.postcode,
        countryCode: row.country_code,
      })),
  },
  {
    name: 'taxResidences',
    path: (bank, id) => `/obp/v4.0.0/banks/${bank}/customers/${id}/tax-residences`,
    rows: ({ tax_residence }: { tax_residence: { tax_residence_id: string; domain: string; tax_number: string }[] }) =>
      tax_residence.map((row) => ({ id: row.tax_residence_id, domain: row.domain, taxNumber: row.tax_number })),
  },
  {
    name: 'socialMediaHandles',
    path: (bank, id) => `/obp/v4.0.0/banks/${bank}/customers/${id}/social_media_handles`,
    rows: ({ checks }: { checks: { type: string; handle: string }[] }) =>
      checks.map((row) => ({ type: row.type, handle: row.handle })),
  },
  {
    name: 'userLinks',
    path: (bank, id) => `/obp/v4.0.0/banks/${bank}/user_customer_links/customers/${id}`,
    rows: ({
      user_customer_links,
    }: {
      user_customer_links: { user_customer_link_id: string; user_id: string; is_active: boolean }[]
    }) =>
      user_customer_links.map((row) => ({
        id: row.user_customer_link_id,
        userId: row.user_id,
        isActive: row.is_active,
      })),
  },
  {
    name: 'creditLimitRequests',
    path: (bank, id) => `/obp/v4.0.0/banks/${bank}/customers/${id}/credit_limit/requests`,
    rows: (row: { rank_amount_1: string; nominal_interest_1: string }) => [
      { rankAmount1: row.rank_amount_1, nominalInterest1: row.nominal_interest_1 },
    ],
  },
  {
    name: 'kycChecks',
    path: (_bank, id) => `/obp/v4.0.0/customers/${id}/kyc_checks`,
    rows: ({
      checks,
    }: {
      checks: { id: string; date: string; how: string; staff_name: string; satisfied: boolean; comments: string }[]
    }) =>
      checks.map((row) => ({
        id: row.id,
        date: instant(row.date),
        how: row.how,
        staffName: row.staff_name,
        satisfied: row.satisfied,
        comments: row.comments,
      })),
  },
  {
    name: 'kycDocuments',
    path: (_bank, id) => `/obp/v4.0.0/customers/${id}/kyc_documents`,
    rows: ({ documents }: { documents: { id: string; type: string; number: string; expiry_date: string }[] }) =>
      documents.map((row) => ({
        id: row.id,
        type: row.type,
        number: row.number,
        expiryDate: instant(row.expiry_date),
      })),
  },
  {
    name: 'kycMedia',
    path: (_bank, id) => `/obp/v4.0.0/customers/${id}/kyc_media`,
    rows: ({ medias }: { medias: { id: string; type: string; url: string; date: string }[] }) =>
      medias.map((row) => ({ id: row.id, type: row.type, url: row.url, date: instant(row.date) })),
  },
  {
    name: 'kycStatuses',
    path: (_bank, id) => `/obp/v4.0.0/customers/${id}/kyc_statuses`,
    rows: ({ statuses }: { statuses: { ok: boolean; date: string }[] }) =>
      statuses.map((row) => ({ ok: row.ok, date: instant(row.date) })),
  },
]

/** The paths of provider calls. */
export const paths = {
  customer: (bank: string, id: string) => `/obp/v4.0.0/banks/${bank}/customers/${id}`,
  attributes: (bank: string, id: string) => `/obp/v4.0.0/banks/${bank}/customers/${id}/attributes`,
  customers: (bank: string, first: number, offset: number) =>
    `/obp/v4.0.0/banks/${bank}/firehose/customers?sort_direction=DESC&from_date=0001-01-01T00%3A00%3A00.000Z&to_date=9999-12-31T23%3A59%3A59.999Z&limit=${first + 1}&offset=${offset}`,
  person: (id: string) => `/v0/persons/${id}`,
  persons: (ids: readonly string[]) => `/v0/persons?id=${ids.join('%2C')}&limit=100`,
  personPage: (token: string | null) => `/v0/persons?limit=100${token === null ? '' : `&page_token=${token}`}`,
  verifications: (personId: string) => `/v0/verifications?person_id=${personId}&limit=100`,
}
