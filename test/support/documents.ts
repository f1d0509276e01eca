import {
  getNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isCompositeType,
  isNonNullType,
  isObjectType,
} from 'graphql'

/** Numbers that look random and are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const DEEPEST = 5

/**
 * A valid query over the schema, made at random: aliases, repeated fields, fragments of both kinds, @skip and @include
 * where wanted by literal and by the variables `$yes` and `$no`. `roots` are the fields of `Query` it may begin with.
 */
export function randomQuery(
  schema: GraphQLSchema,
  roots: readonly string[],
  random: () => number,
  conditions: boolean,
): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const chance = (odds: number) => random() < odds
  const fragments: string[] = []
  let aliases = 0

  const condition = () =>
    conditions && chance(0.15) ? ` @${pick(['skip', 'include'])}(if: ${pick(['$yes', '$no', 'true', 'false'])})` : ''

  function field(type: GraphQLObjectType, depth: number): string | undefined {
    const candidates = Object.values(type.getFields()).filter(
      ({ args, type: answer }) =>
        args.every((arg) => !isNonNullType(arg.type)) && (depth < DEEPEST || !isCompositeType(getNamedType(answer))),
    )
    if (candidates.length === 0) return '__typename'
    const { name, type: answer } = pick(candidates)
    const below = getNamedType(answer)
    // A field under its own name may come several times; under an alias of its own it never meets another.
    const alias = chance(0.3) ? `a${(aliases += 1)}: ` : ''
    if (!isCompositeType(below)) return `${alias}${name}${condition()}`
    return isObjectType(below) ? `${alias}${name}${condition()} ${selection(below, depth + 1)}` : undefined
  }

  function selection(type: GraphQLObjectType, depth: number): string {
    const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
      if (depth < DEEPEST && chance(0.15))
        return `...${chance(0.5) ? ` on ${type.name}` : ''}${condition()} ${selection(type, depth + 1)}`
      if (depth < DEEPEST && chance(0.1)) {
        const name = `F${fragments.length}`
        const index = fragments.push('') - 1
        fragments[index] = `fragment ${name} on ${type.name} ${selection(type, depth + 1)}`
        return `...${name}${condition()}`
      }
      return chance(0.1) ? '__typename' : field(type, depth)
    })
    return `{ ${parts.filter((part) => part !== undefined).join(' ') || '__typename'} }`
  }

  const query = schema.getQueryType()!.getFields()
  const body = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
    const root = pick(roots)
    const type = getNamedType(query[root.split('(', 1)[0]!]!.type) as GraphQLObjectType
    return `r${(aliases += 1)}: ${root}${condition()} ${selection(type, 1)}`
  })
  const text = `{ ${body.join(' ')} } ${fragments.join(' ')}`
  const used = ['$yes: Boolean! = true', '$no: Boolean! = false'].filter((variable) =>
    new RegExp(`\\${variable.split(':', 1)[0]!}\\b`).test(text),
  )
  return `query${used.length > 0 ? `(${used.join(', ')})` : ''} ${text}`
}
