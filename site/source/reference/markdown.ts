import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLType,
  isEnumType,
  isInputObjectType,
  isScalarType,
  astFromValue,
  print,
} from 'graphql'
import { DOCS } from '../paths.js'
import { slugify } from '../slug.js'

/** The page that describes a type. */
export function pageOf(type: GraphQLNamedType): string {
  if (isEnumType(type)) return 'enums.md'
  if (isScalarType(type)) return 'scalars.md'
  return isInputObjectType(type) ? 'inputs.md' : 'objects.md'
}

/** A type as the schema writes it, with a link to its description. */
export function typeLink(type: GraphQLType): string {
  const named = getNamedType(type)
  return `[\`${String(type)}\`](${pageOf(named)}#${slugify(named.name)})`
}

/** Error codes that have a page become links to it. */
const withErrors = (text: string): string =>
  text.replace(/`([A-Z]+(?:_[A-Z]+)*)`/g, (all, code: string) =>
    existsSync(join(DOCS, 'errors', `${code}.md`)) ? `[${all}](../errors/${code}.md)` : all,
  )

/** A description outside of code: angle brackets are text. */
export const describe = (description: string | null | undefined): string =>
  withErrors(
    (description ?? '').replace(/(`[^`]*`)|[<>]/g, (all, code) => (code ? all : all === '<' ? '&lt;' : '&gt;')),
  )

const cell = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('|', '\\|')

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? ''
    : [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n') + '\n'

const deprecation = (reason: string | null | undefined): string =>
  reason ? ` **Deprecated:** ${describe(reason)}` : ''

/** The default of an argument or a member of an input. */
function defaultOf({ defaultValue, type }: GraphQLArgument | GraphQLInputField): string {
  const value = defaultValue === undefined ? null : astFromValue(defaultValue, type)
  return value ? `\`${print(value)}\`` : ''
}

/** The table of arguments, or of the members of an input. */
export const inputTable = (title: string, inputs: readonly (GraphQLArgument | GraphQLInputField)[]): string =>
  table(
    [title, 'type', 'default', 'meaning'],
    inputs.map((input) => [
      `\`${input.name}\``,
      typeLink(input.type),
      defaultOf(input),
      describe(input.description) + deprecation(input.deprecationReason),
    ]),
  )

/** What a field means, and what it is replaced by where it is deprecated. */
export const meaningOf = ({
  description,
  deprecationReason,
}: {
  readonly description?: string | null | undefined
  readonly deprecationReason?: string | null | undefined
}): string => describe(description) + deprecation(deprecationReason)

/** The sets of scopes of a field in words. */
export const scopesInWords = (sets: readonly (readonly string[])[]): string =>
  sets.map((set) => set.map((scope) => `\`${scope}\``).join(' and ')).join(', or ')
