import { type KycGraph, TypedDocumentString } from '../../src/index.js'
import type { CreatePersonInput } from '../../src/operations.js'

interface Row {
  readonly id: string
  readonly lastName: string | null
}

const Persons = new TypedDocumentString<
  { persons: { nodes: Row[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } | null },
  { after?: string }
>(`query Persons($after: String) {
  persons(first: 100, after: $after) { nodes { id lastName } pageInfo { hasNextPage endCursor } }
}`)

/** A person whose last name is this one. */
export const personInput = (lastName: string): CreatePersonInput => ({
  isCustomer: true,
  status: 'ACTIVE',
  firstName: 'Sam',
  lastName,
  dateOfBirth: '1990-01-01',
})

/** The ids of the persons whose last name begins with this one, as the provider has them. */
export async function personsNamed(kyc: KycGraph, lastName: string): Promise<string[]> {
  const ids: string[] = []
  for await (const person of kyc.nodes(Persons, {}, ({ persons }) => persons))
    if (person.lastName === lastName || person.lastName?.startsWith(`${lastName} `)) ids.push(person.id)
  return ids
}
