import { Extensions } from 'type-graphql'
import type { GuardedProviders } from './context.js'

/** Throws `FORBIDDEN` where the caller lacks a scope that these arguments need. They are not validated yet, and may be of any type. */
export type ArgumentScopeCheck = (providers: GuardedProviders, args: Readonly<Record<string, unknown>>) => void

const NAME = 'argumentScopes'

/** The check of a field's scopes that depend on its arguments: it comes before the arguments are validated. */
export const ArgumentScopes = (check: ArgumentScopeCheck) => Extensions({ [NAME]: check })

/** The check that a field declares with `ArgumentScopes`. */
export const argumentScopesOf = ({ extensions }: { readonly extensions: object }): ArgumentScopeCheck | undefined =>
  (extensions as Readonly<Record<string, unknown>>)[NAME] as ArgumentScopeCheck | undefined
