import { defineConfig } from '@graphql-mesh/compose-cli'
import { loadJSONSchemaSubgraph } from '@omnigraph/json-schema'

// The same REST calls in Hive Gateway's terms: the providers' own types, joined by @resolveTo. The persons of an
// operation are asked for together.
// The endpoints are placeholders; they are replaced by the stubs' addresses at start.

const text = { type: 'string' }
const boolean = { type: 'boolean' }
const object = (title, properties) => ({ type: 'object', title, properties })
const list = (items) => ({ type: 'array', items })
const get = (field, path, responseSchema) => ({ type: 'Query', field, path, method: 'GET', responseSchema })
const texts = (...names) => Object.fromEntries(names.map((name) => [name, text]))

const BANK = '/obp/v4.0.0/banks/meridian.01.uk'
const ALL_TIME = 'sort_direction=DESC&from_date=0001-01-01T00%3A00%3A00.000Z&to_date=9999-12-31T23%3A59%3A59.999Z'

const attribute = object('Attribute', texts('customer_attribute_id', 'name', 'type', 'value'))
const customer = object('Customer', {
  ...texts(
    'bank_id',
    'customer_id',
    'customer_number',
    'legal_name',
    'email',
    'mobile_phone_number',
    'date_of_birth',
    'last_ok_date',
  ),
  kyc_status: boolean,
  credit_limit: object('CreditLimit', texts('currency', 'amount')),
})
const person = object('Person', {
  ...texts(
    'id',
    'first_name',
    'last_name',
    'status',
    'verification_status',
    'email',
    'phone_number',
    'dob',
    'creation_time',
  ),
  legal_address: object('Address', texts('address_line_1', 'city', 'country_code')),
})

/** A customer's collections by field: the path and the type of the response. */
const COLLECTIONS = {
  attributes: [
    `${BANK}/customers/{args.id}/attributes`,
    object('Attributes', { customer_attributes: list(attribute) }),
  ],
  addresses: [
    `${BANK}/customers/{args.id}/addresses`,
    object('Addresses', {
      addresses: list(
        object('CustomerAddress', texts('customer_address_id', 'line_1', 'city', 'postcode', 'country_code')),
      ),
    }),
  ],
  tax_residences: [
    `${BANK}/customers/{args.id}/tax-residences`,
    object('TaxResidences', {
      tax_residence: list(object('TaxResidence', texts('tax_residence_id', 'domain', 'tax_number'))),
    }),
  ],
  handles: [
    `${BANK}/customers/{args.id}/social_media_handles`,
    object('Handles', { checks: list(object('Handle', texts('type', 'handle'))) }),
  ],
  user_links: [
    `${BANK}/user_customer_links/customers/{args.id}`,
    object('UserLinks', {
      user_customer_links: list(
        object('UserLink', { ...texts('user_customer_link_id', 'user_id'), is_active: boolean }),
      ),
    }),
  ],
  credit_limit_requests: [
    `${BANK}/customers/{args.id}/credit_limit/requests`,
    object('CreditLimitRequest', texts('rank_amount_1', 'nominal_interest_1')),
  ],
  kyc_checks: [
    '/obp/v4.0.0/customers/{args.id}/kyc_checks',
    object('KycChecks', {
      checks: list(object('KycCheck', { ...texts('id', 'date', 'how', 'staff_name', 'comments'), satisfied: boolean })),
    }),
  ],
  kyc_documents: [
    '/obp/v4.0.0/customers/{args.id}/kyc_documents',
    object('KycDocuments', { documents: list(object('KycDocument', texts('id', 'type', 'number', 'expiry_date'))) }),
  ],
  kyc_media: [
    '/obp/v4.0.0/customers/{args.id}/kyc_media',
    object('KycMedias', { medias: list(object('KycMedia', texts('id', 'type', 'url', 'date'))) }),
  ],
  kyc_statuses: [
    '/obp/v4.0.0/customers/{args.id}/kyc_statuses',
    object('KycStatuses', { statuses: list(object('KycStatus', { ...texts('date'), ok: boolean })) }),
  ],
}

const joined = Object.entries(COLLECTIONS).map(
  ([field, [, { title }]]) =>
    `${field}: ${title} @resolveTo(sourceName: "obp", sourceTypeName: "Query", sourceFieldName: "${field}", requiredSelectionSet: "{ customer_id }", sourceArgs: { id: "{root.customer_id}" })`,
)

export const composeConfig = defineConfig({
  subgraphs: [
    {
      sourceHandler: loadJSONSchemaSubgraph('obp', {
        endpoint: 'http://obp.stub',
        operations: [
          get('customer', `${BANK}/customers/{args.id}`, customer),
          get(
            'customers',
            `${BANK}/firehose/customers?${ALL_TIME}&limit={args.limit}&offset={args.offset}`,
            object('Customers', { customers: list(customer) }),
          ),
          ...Object.entries(COLLECTIONS).map(([field, [path, answer]]) => get(field, path, answer)),
        ],
      }),
    },
    {
      sourceHandler: loadJSONSchemaSubgraph('synctera', {
        endpoint: 'http://synctera.stub',
        operations: [
          get('person', '/v0/persons/{args.id}', person),
          {
            ...get('persons_by_ids', '/v0/persons?limit=100', object('Persons', { persons: list(person) })),
            queryParamArgMap: { id: 'ids' },
            queryStringOptionsByParam: { id: { arrayFormat: 'comma' } },
            argTypeMap: { ids: list(text) },
          },
          get('persons', '/v0/persons?limit=100', object('Persons', { persons: list(person), next_page_token: text })),
          get(
            'persons_after',
            '/v0/persons?limit=100&page_token={args.token}',
            object('Persons', { persons: list(person), next_page_token: text }),
          ),
          get(
            'verifications',
            '/v0/verifications?person_id={args.id}&limit=100',
            object('Verifications', {
              verifications: list(object('Verification', texts('verification_type', 'result', 'verification_time'))),
            }),
          ),
        ],
      }),
    },
  ],
  additionalTypeDefs: /* GraphQL */ `
    extend type Customer {
      ${joined.join('\n')}
    }
    extend type Attributes {
      person: Person @resolveTo(sourceName: "synctera", sourceTypeName: "Query", sourceFieldName: "persons_by_ids", requiredSelectionSet: "{ customer_attributes { value } }", keyField: "customer_attributes[0].value", keysArg: "ids", result: "persons")
    }
    extend type Person {
      verifications: Verifications @resolveTo(sourceName: "synctera", sourceTypeName: "Query", sourceFieldName: "verifications", requiredSelectionSet: "{ id }", sourceArgs: { id: "{root.id}" })
    }
  `,
})
