import type { Operation } from './typed-document.js'

type Variables = Readonly<Record<string, unknown>>

/** A new idempotency key: store it with your own record before you send a write, and the write is safe to repeat after a crash. */
export const createIdempotencyKey = (): string => crypto.randomUUID()

/** A mutation with its key: what is sent is the same in every repeat. */
export interface KeyedVariables {
  readonly idempotencyKey: string
  readonly variables: Variables
}

const isObject = (value: unknown): value is Variables =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Puts the idempotency key into each input of a mutation that has none. The first input gets the key itself; further ones
 * get it with the name of their variable, because one key with two inputs is refused. Throws where an input cannot have a
 * key: its write would be done again with each repeat.
 */
export function withIdempotencyKey(
  { name, inputs: given }: Operation,
  variables: Variables,
  key: string | undefined,
): KeyedVariables {
  const inputs = given.filter((variable) => variable !== undefined && isObject(variables[variable])) as string[]
  if (inputs.length === 0 || inputs.length < given.length)
    throw new TypeError(
      `The mutation ${name ?? ''} needs each input as a variable (input: $input), which carries the idempotencyKey.`,
    )
  const keyOf = (variable: string): unknown => (variables[variable] as Variables)['idempotencyKey']
  const first = keyOf(inputs[0]!)
  const idempotencyKey = typeof first === 'string' ? first : (key ?? createIdempotencyKey())
  const keyed = inputs.map((variable, i) => {
    const added = i === 0 ? idempotencyKey : `${idempotencyKey}:${variable}`
    return [variable, { ...(variables[variable] as Variables), idempotencyKey: keyOf(variable) ?? added }] as const
  })
  return { idempotencyKey, variables: { ...variables, ...Object.fromEntries(keyed) } }
}
