import { CriticalityLevel, diff } from '@graphql-inspector/core'
import { buildASTSchema, type GraphQLSchema, parse } from 'graphql'

/** A change that breaks clients of a released schema. */
interface BreakingChange {
  /** The kind of change, in the words of graphql-inspector. */
  readonly type: string
  /** The schema coordinate. */
  readonly path: string
}

/** A break that was reviewed, with the reason for it. */
export interface AcceptedBreak extends BreakingChange {
  readonly reason: string
}

const schemaOf = (sdl: string): GraphQLSchema => buildASTSchema(parse(sdl), { assumeValid: true, assumeValidSDL: true })

/** What breaks for clients between two schemas, in SDL; graphql-inspector judges it. */
export async function breakingChanges(released: string, current: string): Promise<BreakingChange[]> {
  const changes = await diff(schemaOf(released), schemaOf(current))
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ type, path }) => ({ type: String(type), path: path ?? '' }))
}

const nameOf = ({ type, path }: BreakingChange): string => `${type} ${path}`

/** Breaks that were not accepted, and accepted breaks that are none; empty when the list fits. */
export function breakProblems(changes: readonly BreakingChange[], accepted: readonly AcceptedBreak[]): string[] {
  const found = new Set(changes.map(nameOf))
  const listed = new Set(accepted.map(nameOf))
  return [
    ...[...found].filter((name) => !listed.has(name)).map((name) => `${name} breaks clients and is not accepted.`),
    ...[...listed].filter((name) => !found.has(name)).map((name) => `${name} is accepted and is no break any more.`),
    ...accepted
      .filter(({ reason }) => reason.trim() === '')
      .map((entry) => `${nameOf(entry)} is accepted without a reason.`),
  ]
}
