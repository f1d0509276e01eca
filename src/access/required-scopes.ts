import type { GraphQLField } from 'graphql'
import type { Scope } from '../../schema/scopes.js'
import { directive } from '../limits/list-size.js'

/**
 * The scopes that a field needs whatever its arguments are: its `@requiresScopes`. Each alternative is a whole set, and
 * all of them have the same requirements at the same places: a scope, or its `…:own` form.
 */
export class RequiredScopes {
  constructor(readonly alternatives: readonly (readonly Scope[])[]) {}

  /** The first scope that a caller lacks; undefined for one who may call the field. */
  missing(scopes: ReadonlySet<string>): Scope | undefined {
    const { alternatives } = this
    if (alternatives.some((all) => all.every((scope) => scopes.has(scope)))) return undefined
    return alternatives[0]?.find((_scope, i) => !alternatives.some((all) => scopes.has(all[i]!)))
  }
}

/** What a field of the served schema requires; undefined where it requires no scope. */
export function requiredScopesOf(field: GraphQLField<unknown, unknown>): RequiredScopes | undefined {
  const scopes = directive(field, 'requiresScopes')?.['scopes']
  return scopes === undefined ? undefined : new RequiredScopes(scopes as Scope[][])
}
