import type { Operation } from './typed-document.js'

type Variables = Readonly<Record<string, unknown>>

/** A new idempotency key: store it with your own record before you send a write, and the write is safe to repeat after a crash. */
export const createIdempotencyKey = (): string => crypto.randomUUID()

/** A mutation with its key: what is sent is the same in every repeat. */
export interface KeyedVariables {
  readonly idempotencyKey: string
  readonly variables: Variables
}

const isObject = (value: unknown): value is Variables => typeof value === 'object' && value !== null

/**
 * Puts the idempotency key into each input of a mutation that has none. The first input gets the key itself; further ones
 * get it with the name of their variable, because one key with two inputs is refused.
 */
export function withIdempotencyKey(
  { name, inputVariables }: Operation,
  variables: Variables,
  key: string | undefined,
): KeyedVariables {
  const inputs = inputVariables.filter((variable) => isObject(variables[variable]))
  if (inputs.length === 0)
    throw new TypeError(
      `The mutation ${name ?? ''} needs its input as a variable (input: $input), which carries the idempotencyKey.`,
    )
  const keyOf = (variable: string): unknown => (variables[variable] as Variables)['idempotencyKey']
  const given = keyOf(inputs[0]!)
  const idempotencyKey = typeof given === 'string' ? given : (key ?? createIdempotencyKey())
  const keyed = inputs.map((variable, i) => {
    const added = i === 0 ? idempotencyKey : `${idempotencyKey}:${variable}`
    return [variable, { ...(variables[variable] as Variables), idempotencyKey: keyOf(variable) ?? added }] as const
  })
  return { idempotencyKey, variables: { ...variables, ...Object.fromEntries(keyed) } }
}
