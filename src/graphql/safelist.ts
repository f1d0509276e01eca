import { createHash } from 'node:crypto'
import {
  type DocumentNode,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  Source,
  TokenKind,
  visit,
} from 'graphql'
import { LRUCache } from 'lru-cache'

/** Apollo's persisted query manifest, as its tools write and its clients read it. */
export interface Manifest {
  readonly format: 'apollo-persisted-query-manifest'
  readonly version: 1
  readonly operations: readonly {
    readonly id: string
    readonly name: string
    readonly type: string
    readonly body: string
  }[]
}

/** The operations that may be executed, and no other. */
export interface Safelist {
  readonly byId: (id: string) => string | undefined
  /** The listed text that says the same as this one, which is parsed for that. */
  readonly byText: (text: string) => string | undefined
  /** The same of a listed text, and of one that was found before: nothing is parsed for it. */
  readonly byKnownText: (text: string) => string | undefined
  readonly holds: (document: DocumentNode) => boolean
  /** The name of the listed operation that says the same; undefined for a document that is not listed. */
  readonly nameOf: (document: DocumentNode) => string | undefined
}

/** Enough for any introspection; a longer text than this and than every listed operation is not parsed. */
const MAX_TOKENS = 2_000

/** Texts that say the same as a listed one and are remembered, and their length together. */
const MAX_SPELLINGS = 1_000
const MAX_SPELLED_CHARACTERS = 1024 * 1024

const SCHEMA_FIELDS = ['__schema', '__type', '__typename', '_service']

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const operationsOf = ({ definitions }: DocumentNode): OperationDefinitionNode[] =>
  definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)

/** One text for all documents that say the same: comments and blanks are gone, and fragments stand in one order. */
const normal = (document: DocumentNode): string => {
  const texts = document.definitions.map((definition) => ({
    isOperation: definition.kind === Kind.OPERATION_DEFINITION,
    text: print(definition),
  }))
  return texts
    .sort((a, b) => Number(b.isOperation) - Number(a.isOperation) || (a.text < b.text ? -1 : 1))
    .map(({ text }) => text)
    .join('\n\n')
}

function tokensOf(text: string): number {
  const lexer = new Lexer(new Source(text))
  let count = 0
  while (lexer.advance().kind !== TokenKind.EOF) count += 1
  return count
}

function read(text: string, maxTokens: number): DocumentNode | undefined {
  try {
    return parse(text, { noLocation: true, maxTokens })
  } catch {
    return undefined
  }
}

const operationNameOf = (document: DocumentNode): string => operationsOf(document)[0]?.name?.value ?? ''

/** The name of the operation in a text that is exactly one. */
export const operationNameIn = (body: string): string => operationNameOf(parse(body, { noLocation: true }))

type Listed = Manifest['operations'][number]

/** A listed operation; its text is brought to the normal form when a document of its name is first looked for. */
class ListedOperation {
  #normal: string | undefined

  constructor(readonly listed: Listed) {}

  get normal(): string {
    return (this.#normal ??= normal(parse(this.listed.body)))
  }
}

/**
 * The list that a manifest says, by the names of its operations: those that nobody asks for are not parsed. `nameOf` says
 * the name of an operation where that in the manifest is not known to be right.
 */
export function safelistOf(
  { operations }: Manifest,
  nameOf: (listed: Listed) => string = ({ name }) => name,
): Safelist {
  const byId = new Map(operations.map(({ id, body }) => [id, body]))
  const texts = new Set(byId.values())
  const spellings = new LRUCache<string, string>({
    max: MAX_SPELLINGS,
    maxSize: MAX_SPELLED_CHARACTERS,
    sizeCalculation: (_body, text) => text.length,
  })
  const byName = new Map<string, ListedOperation[]>()
  for (const listed of operations) {
    const name = nameOf(listed)
    const named = byName.get(name)
    if (named === undefined) byName.set(name, [new ListedOperation(listed)])
    else named.push(new ListedOperation(listed))
  }
  const listedOf = (document: DocumentNode): Listed | undefined => {
    const candidates = byName.get(operationNameOf(document))
    if (candidates === undefined) return undefined
    const text = normal(document)
    return candidates.find((candidate) => candidate.normal === text)?.listed
  }
  let longest: number | undefined
  return {
    byId: (id) => byId.get(id),
    byKnownText: (text) => (texts.has(text) ? text : spellings.get(text)),
    byText: (text) => {
      longest ??= Math.max(MAX_TOKENS, ...operations.map(({ body }) => tokensOf(body)))
      const document = read(text, longest)
      const body = document && listedOf(document)?.body
      if (body !== undefined) spellings.set(text, body)
      return body
    },
    holds: (document) => listedOf(document) !== undefined,
    nameOf: (document) => listedOf(document)?.name,
  }
}

/** True for a document that asks for the schema and for nothing else. */
export function asksOnlyForSchema(document: DocumentNode): boolean {
  return operationsOf(document).every(
    ({ operation, selectionSet }) =>
      operation === OperationTypeNode.QUERY &&
      selectionSet.selections.every((root) => root.kind === Kind.FIELD && SCHEMA_FIELDS.includes(root.name.value)),
  )
}

/** The same of a text. */
export function isQuestionAboutSchema(text: string): boolean {
  const document = read(text, MAX_TOKENS)
  return document !== undefined && asksOnlyForSchema(document)
}

/** An operation's id for the log: the id that a manifest would give it, made of its text without the literal values. */
export const fingerprint = (document: DocumentNode): string =>
  sha256(
    print(
      visit(document, {
        StringValue: (node) => ({ ...node, value: '', block: false }),
        IntValue: (node) => ({ ...node, value: '0' }),
        FloatValue: (node) => ({ ...node, value: '0' }),
      }),
    ),
  )

/** What is wrong with a manifest, or undefined. */
export function manifestProblem(given: unknown): string | undefined {
  const { format, version, operations } = (given ?? {}) as Partial<Manifest>
  if (format !== 'apollo-persisted-query-manifest' || version !== 1 || !Array.isArray(operations))
    return 'is not a persisted query manifest of version 1'
  const ids = new Set<string>()
  for (const operation of operations as unknown[]) {
    const { id, body } = (operation ?? {}) as { id?: unknown; body?: unknown }
    if (typeof id !== 'string' || id === '' || typeof body !== 'string') return 'has an operation without id or body'
    if (ids.has(id)) return 'has two operations of one id'
    ids.add(id)
    const document = read(body, Infinity)
    if (document === undefined || operationsOf(document).length !== 1)
      return 'has a body that is not exactly one operation'
  }
  return undefined
}
