import { NAMED_PEOPLE, type Person } from '../../../datasources/emulator/people.js'
import type { PersonaName } from '../personas.js'

/** The variables of a promised operation, from the test data, and the personas whose scopes it is within. */
export interface Sample<Variables = object> {
  readonly variables: Variables
  /** The first one is meant where the persona that is chosen may not run it. */
  readonly personas: readonly PersonaName[]
}

/** Makes an idempotency key of the name of a step. */
export type KeyOf = (name: string) => string

/** A sample within the scopes of operations and of a partner. */
export const forTeam = <Variables>(variables: Variables) => ({ variables, personas: ['ops', 'partner'] as const })
/** A sample that only operations may run, or that changes a record which is there once. */
export const forOps = <Variables>(variables: Variables) => ({ variables, personas: ['ops'] as const })
/** A sample within the scopes of a user of an app too. */
export const forEveryone = <Variables>(variables: Variables) => ({
  variables,
  personas: ['ops', 'partner', 'ada'] as const,
})

/** The first of the named people whose verification stands so. */
export const personWho = (verification: Person['verification']) =>
  NAMED_PEOPLE.find((person) => person.verification === verification) as Person & { readonly personId: string }
