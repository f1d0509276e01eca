import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { api, type Operation, operationsOf } from './operations.js'

/** Selects every field of a type that needs no argument, and of the objects below it that are not above it too. */
function selection(type: GraphQLOutputType, above: readonly GraphQLObjectType[] = []): string {
  const named = getNamedType(type)
  if (!isObjectType(named)) return ''
  const fields = Object.values(named.getFields()).filter(
    (field) => !field.args.some(isRequiredArgument) && !above.some((each) => each === getNamedType(field.type)),
  )
  const texts = fields.map((field) => `${field.name} ${selection(field.type, [...above, named])}`)
  return `{ __typename ${texts.join(' ')} }`
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const rootField = (kind: Operation['kind'], name: string): GraphQLField<unknown, unknown> =>
  (kind === 'query' ? api.getQueryType() : api.getMutationType())!.getFields()[name]!

/** The operation that asks one root field for everything; its variables are the field's arguments. */
export function everythingOf(kind: Operation['kind'], name: string): Operation {
  const { args, type } = rootField(kind, name)
  const declared = args.map((argument) => `$${argument.name}: ${String(argument.type)}`).join(', ')
  const passed = args.map((argument) => `${argument.name}: $${argument.name}`).join(', ')
  const inParentheses = (text: string) => (text === '' ? '' : `(${text})`)
  const text = `${kind} Everything${capitalised(name)}${inParentheses(declared)} {
    ${name}${inParentheses(passed)} ${selection(type)}
  }`
  return operationsOf(text)[0]!
}
