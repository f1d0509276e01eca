import { readdirSync, readFileSync } from 'node:fs'
import { Kind, type OperationDefinitionNode, type OperationTypeNode, parse, type Token, TokenKind } from 'graphql'

const FOLDER = new URL('../../../schema/operations/', import.meta.url)

/** A promised operation by itself: no operation of `schema/operations/` has a fragment. */
export interface PromisedOperation {
  readonly name: string
  readonly kind: `${OperationTypeNode}`
  /** The name of its file, without the extension. */
  readonly group: string
  /** The comment before it; empty where there is none. */
  readonly about: string
  readonly document: string
}

/** The lines of comment before a definition. */
function commentBefore({ loc }: OperationDefinitionNode): string {
  const lines: string[] = []
  for (let token: Token | null = loc!.startToken.prev; token?.kind === TokenKind.COMMENT; token = token.prev)
    lines.unshift(token.value.trim())
  return lines.join(' ')
}

function operationsOf(file: string): PromisedOperation[] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8')
  return parse(text).definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) throw new Error(`${file} holds a ${definition.kind}`)
    return {
      name: definition.name!.value,
      kind: definition.operation,
      group: file.replace(/\.graphql$/, ''),
      about: commentBefore(definition),
      document: text.slice(definition.loc!.start, definition.loc!.end),
    }
  })
}

/** Every promised operation: those of the first query first, then by file, in the order of the file. */
export const promisedOperations = (): readonly PromisedOperation[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.graphql'))
    .sort((one, other) => Number(other === 'first-query.graphql') - Number(one === 'first-query.graphql'))
    .flatMap(operationsOf)
