import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isUnionType,
} from 'graphql'
import type { Group } from '../navigation.js'
import { describe, inputTable, meaningOf, scopesInWords, table, typeLink } from './markdown.js'
import { afterLostAnswer, exampleOf, schema, scopesOf, weightOf } from './schema.js'

const ROOTS = [
  { kind: 'query', title: 'Queries', type: schema.getQueryType() },
  { kind: 'mutation', title: 'Mutations', type: schema.getMutationType() },
  { kind: 'subscription', title: 'Subscriptions', type: schema.getSubscriptionType() },
] as const

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => a.name.localeCompare(b.name)

const types = Object.values(schema.getTypeMap())
  .filter((type) => !type.name.startsWith('__') && !ROOTS.some((root) => root.type === type))
  .sort(byName)

/** A root field: its answer, scopes, cost, arguments, what a lost answer means, and an example. */
function rootField(kind: string, type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): string {
  const coordinate = `${type.name}.${field.name}`
  const scopes = scopesOf(coordinate)
  const lost = kind === 'mutation' ? afterLostAnswer.get(field.name) : undefined
  const example = exampleOf(kind, field.name)
  return [
    `## ${field.name}`,
    meaningOf(field),
    `Answers ${typeLink(field.type)}${isNonNullType(field.type) ? '' : ', null after an error of this field'}. Weight in the [cost](../limits.md#query-cost): ${weightOf(coordinate)}.`,
    scopes.length > 0 ? `Scopes: ${scopesInWords(scopes)}.` : '',
    lost === undefined ? '' : `After a [lost answer](../idempotency.md#after-a-lost-answer) the same key: ${lost}.`,
    inputTable('argument', field.args),
    example === undefined ? '' : `\`\`\`graphql\n${example}\n\`\`\``,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

const object = (type: GraphQLObjectType): string => {
  const fields = Object.values(type.getFields())
  return table(
    ['field', 'type', 'scopes', 'meaning'],
    fields.map((field) => [
      `\`${field.name}\`` +
        (field.args.length > 0 ? ` (${field.args.map(({ name }) => `\`${name}\``).join(', ')})` : ''),
      typeLink(field.type),
      scopesInWords(scopesOf(`${type.name}.${field.name}`)),
      [
        meaningOf(field),
        ...field.args.map((arg) => `\`${arg.name}\`: ${typeLink(arg.type)}, ${describe(arg.description)}`),
      ].join(' '),
    ]),
  )
}

function body(type: GraphQLNamedType): string {
  if (isObjectType(type)) return object(type)
  if (isInputObjectType(type)) return inputTable('member', Object.values(type.getFields()))
  if (isUnionType(type))
    return type
      .getTypes()
      .map((member) => `- ${typeLink(member)}`)
      .join('\n')
  if (!isEnumType(type)) return ''
  return table(
    ['value', 'meaning'],
    type.getValues().map((value) => [`\`${value.name}\``, meaningOf(value)]),
  )
}

const typePage = (title: string, lead: string, isMember: (type: GraphQLNamedType) => boolean): string =>
  [
    `# ${title}`,
    lead,
    ...types.filter(isMember).map((type) => [`## ${type.name}`, describe(type.description), body(type)].join('\n\n')),
  ].join('\n\n') + '\n'

const ROOT_LEAD: Readonly<Record<string, string>> = {
  query:
    'A field that fails is null and has an error; see [Errors](../errors.md). A type that ends with `!` is never null.',
  mutation:
    'Every mutation takes an `idempotencyKey`; see [Idempotency](../idempotency.md). A failed one is null and has an error; see [Errors](../errors.md).',
  subscription: 'What changes while a client listens.',
}

const rootPages = ROOTS.flatMap(({ kind, title, type }) =>
  type ? [{ file: `reference/${title.toLowerCase()}.md`, title, topic: ROOT_LEAD[kind]!, kind, type }] : [],
)

const TYPE_PAGES = [
  {
    name: 'objects',
    title: 'Objects',
    topic: 'The types of answers.',
    isMember: (type: GraphQLNamedType) => isObjectType(type) || isUnionType(type),
  },
  {
    name: 'inputs',
    title: 'Inputs',
    topic: 'The types of arguments. A member that ends with `!` and has no default is required.',
    isMember: isInputObjectType,
  },
  {
    name: 'enums',
    title: 'Enums',
    topic: 'Values may be added: treat an unknown one as its type says.',
    isMember: isEnumType,
  },
  { name: 'scalars', title: 'Scalars', topic: 'The types of single values.', isMember: isScalarType },
]

/** The pages of the reference of the schema. */
export function referencePages(): readonly { readonly file: string; readonly text: string }[] {
  const roots = rootPages.map(({ file, title, topic, kind, type }) => ({
    file,
    text:
      [
        `# ${title}`,
        topic,
        ...Object.values(type.getFields())
          .sort(byName)
          .map((field) => rootField(kind, type, field)),
      ].join('\n\n') + '\n',
  }))
  const others = TYPE_PAGES.map(({ name, title, topic, isMember }) => ({
    file: `reference/${name}.md`,
    text: typePage(title, topic, isMember),
  }))
  return [{ file: 'reference/index.md', text: overview() }, ...roots, ...others]
}

const entries = [
  ...rootPages.map(({ file, title, topic }) => ({ file, title, topic })),
  ...TYPE_PAGES.map(({ name, title, topic }) => ({ file: `reference/${name}.md`, title, topic })),
]

const overview = (): string =>
  `# Schema\n\nGenerated from \`schema/api.graphql\`, the schema for clients. Search finds every field and type by its name.\n\n${table(
    ['page', 'holds'],
    entries.map(({ file, title, topic }) => [`[${title}](${file.replace('reference/', '')})`, topic]),
  )}`

/** The pages of the reference in the navigation. */
export const REFERENCE: Group = {
  title: 'Schema',
  pages: [
    { file: 'reference/README.md', title: 'Overview', topic: 'the pages of the reference', pages: [] },
    ...entries.map((entry) => ({ ...entry, pages: [] })),
  ],
}
