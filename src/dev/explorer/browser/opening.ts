import type { Example, ExplorerSetup } from '../setup.js'

/** What the explorer shows when it is opened. */
export interface Opening {
  readonly persona: string
  readonly example: Example
  readonly variables: string
  /** True where an address asked for the example, so that it has the tab in front. */
  readonly isAsked: boolean
}

const jsonOf = (value: object): string => JSON.stringify(value, null, 2)

/** Text of an address as JSON; undefined where it is none. */
function variablesOf(text: string | null): string | undefined {
  try {
    return text === null ? undefined : jsonOf(JSON.parse(text) as object)
  } catch {
    return undefined
  }
}

/** Reads `#example=NAME&variables=JSON&persona=CLIENT`; what is absent or not known is that of the first example. */
export function readOpening(hash: string, { personas, examples }: ExplorerSetup): Opening {
  const asked = new URLSearchParams(hash.replace(/^#/, ''))
  const found = examples.find(({ name }) => name === asked.get('example'))
  const example = found ?? examples[0]!
  const persona = personas.find(({ client }) => client === asked.get('persona'))?.client
  return {
    example,
    variables: variablesOf(asked.get('variables')) ?? jsonOf(example.variables),
    persona: persona ?? example.personas[0] ?? personas[0]!.client,
    isAsked: found !== undefined,
  }
}
