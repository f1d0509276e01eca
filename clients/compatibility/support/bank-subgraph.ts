/**
 * A subgraph of a bank's own, with names that any bank has, and fields of its own on entities of this graph. A type of
 * these names with other fields in `schema/schema.graphql` would be merged with the bank's, or refused.
 */
export const BANK_SUBGRAPH = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])

  type Query {
    me: User
    accounts: [Account!]!
    providers: [Provider!]!
    roomMeetings(sortDirection: SortDirection): [Meeting!]!
    search(text: String!, match: TextMatch): [User!]!
  }

  type User @key(fields: "userId") {
    userId: ID!
    displayName: String!
    customer: Customer
    person: Person
  }

  type Account @key(fields: "iban") {
    iban: ID!
    kind: AccountType!
    product: ProductType!
    owner: User!
  }

  type Provider {
    name: String!
    website: String
  }

  type Meeting @key(fields: "meetingId") {
    meetingId: ID!
    room: String!
    state: JobStatus!
  }

  type Customer @key(fields: "bankId id") {
    bankId: ID!
    id: ID!
    loyaltyTier: String!
  }

  type Person @key(fields: "id") {
    id: ID!
    loyaltyPoints: Int!
  }

  enum AccountType { CURRENT DEPOSIT }
  enum ProductType { BASIC GOLD }
  enum JobStatus { QUEUED DONE }
  enum SortDirection { UP DOWN }
  enum TextMatch { WHOLE PART }
`
