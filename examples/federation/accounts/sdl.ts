/** The schema of the accounts service: what composition reads, and what `_service` answers. */
export const ACCOUNTS_SDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@listSize"])

type Query {
  "The accounts of the bank, ordered by IBAN."
  accounts(first: Int! = 20): [Account!]! @authenticated @listSize(slicingArguments: ["first"])
}

type Account @key(fields: "iban") @authenticated {
  iban: ID!
  currency: String!
  "A decimal number."
  balance: String!
  customer: Customer!
  person: Person!
}

"A customer of kyc-graph, with the accounts that this service knows."
type Customer @key(fields: "bankId id") {
  bankId: ID!
  id: ID!
  accounts: [Account!]! @authenticated @listSize(assumedSize: 2)
}

"A person of kyc-graph, with the accounts that this service knows."
type Person @key(fields: "id") {
  id: ID!
  accounts: [Account!]! @authenticated @listSize(assumedSize: 2)
}
`

/** What every subgraph has beside its own schema. */
export const SUBGRAPH_SDL = `
directive @link(url: String!, import: [String]) repeatable on SCHEMA
directive @key(fields: String!, resolvable: Boolean) repeatable on OBJECT
directive @authenticated on FIELD_DEFINITION | OBJECT
directive @listSize(assumedSize: Int, slicingArguments: [String!]) on FIELD_DEFINITION
scalar _Any
union _Entity = Account | Customer | Person
type _Service { sdl: String! }
extend type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
`
