import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql'
import type { Owner } from '../../datasources/contract/operations.js'
import { type ErrorCode, ApiError } from '../../datasources/contract/errors.js'
import type { Caller } from '../../datasources/contract/caller.js'
import * as operations from '../../schema/operations/index.js'
import { type Subjects, subjectsOf, Found } from './subjects.js'
import { type PiiFields, piiFieldsIn, type Selected } from './pii-fields.js'
import type { Trail } from './trail.js'

/** How a write ended. */
type Outcome =
  | { readonly outcome: 'done' | 'replayed' }
  | { readonly outcome: 'refused' | 'unknown'; readonly code: ErrorCode; readonly replayed?: boolean }

interface Write {
  readonly mutation: string
  readonly ids: Readonly<Record<string, string>>
  readonly key: string | undefined
}

type Wrote = Write & Outcome & { readonly entities?: readonly Subjects[] }

/** What one operation leaves in the trail. */
export interface OperationRecord {
  /** Says what is asked, before anything is. */
  readonly begin: (asked: { document: DocumentNode; operation: OperationDefinitionNode; source: string }) => void
  /** Refuses to show personal values of this type unmasked while nobody could tell afterwards. */
  readonly admit: (type: string) => void
  /** Takes down that a value was handed out unmasked. */
  readonly shown: (type: string, value: unknown, owner?: Owner) => void
  /** Carries a write out between two entries: that it is about to be, and how it ended. */
  readonly write: <Payload extends { readonly replayed: boolean }>(
    mutation: string,
    type: string,
    input: object,
    run: () => Promise<Payload>,
  ) => Promise<Payload>
  /** Hands the entry over, if there is anything to tell. */
  readonly end: () => void
}

/** Names of the operations we promise: any other name is a caller's own word, and may be anybody's. */
const PROMISED: ReadonlySet<string> = new Set(
  Object.values(operations).flatMap(({ definitions }) =>
    definitions.flatMap((definition) => ('name' in definition && definition.name ? [definition.name.value] : [])),
  ),
)

/** True when there is nothing in an answer: no record, an empty list or page. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  const list = Array.isArray(value) ? (value as unknown[]) : (value as { nodes?: unknown }).nodes
  return Array.isArray(list) && list.length === 0
}

const unavailable = () => new ApiError('AUDIT_UNAVAILABLE', { retryAfterSeconds: 1 })

function outcomeOf(error: unknown): Outcome {
  // What nobody foresaw may have come after the provider was asked.
  if (!(error instanceof ApiError)) return { outcome: 'unknown', code: 'INTERNAL_SERVER_ERROR' }
  const replayed = error.extensions['replayed'] === true ? { replayed: true } : {}
  return { outcome: error.code === 'OUTCOME_UNKNOWN' ? 'unknown' : 'refused', code: error.code, ...replayed }
}

/** What is known of an operation that is asked again. */
interface Asked {
  readonly selected: Selected
  /** How it stands in the trail. */
  readonly entry: { readonly type: string; readonly name: string | undefined; readonly document: string }
}

/** What the records of all operations are made with. */
interface Recorder {
  readonly trail: Trail
  readonly personal: PiiFields
  readonly entities: ReturnType<typeof subjectsOf>
  readonly askedBy: (document: DocumentNode, operation: OperationDefinitionNode, source: string) => Asked
}

/** Most operations leave nothing, so nothing is made before there is something to tell. */
class Recording implements OperationRecord {
  readonly #by: Recorder
  readonly #caller: Caller
  readonly #correlationId: string
  #asked: Asked | undefined
  #read: { readonly types: string[]; readonly found: Found } | undefined
  #wrote: Wrote[] | undefined
  #ended = false

  constructor(by: Recorder, caller: Caller, correlationId: string) {
    this.#by = by
    this.#caller = caller
    this.#correlationId = correlationId
  }

  begin({
    document,
    operation,
    source,
  }: {
    document: DocumentNode
    operation: OperationDefinitionNode
    source: string
  }): void {
    this.#asked = this.#by.askedBy(document, operation, source)
  }

  admit(type: string): void {
    if (!this.#by.trail.usable() && this.#selected.exposes(type)) throw unavailable()
  }

  shown(type: string, value: unknown, owner?: Owner): void {
    if (isEmpty(value) || !this.#selected.exposes(type)) return
    const { types, found } = (this.#read ??= { types: [], found: new Found() })
    if (!types.includes(type)) types.push(type)
    this.#by.entities.find(type, value, found)
    if (owner) found.addOwner(owner)
  }

  async write<Payload extends { readonly replayed: boolean }>(
    mutation: string,
    type: string,
    input: object,
    run: () => Promise<Payload>,
  ): Promise<Payload> {
    const { trail, entities } = this.#by
    if (!trail.usable()) throw unavailable()
    const { idempotencyKey } = input as { idempotencyKey?: string | null }
    const key = idempotencyKey == null ? undefined : trail.hide(idempotencyKey)
    const asWrite = <More extends object>(done: boolean, more: More): Write & More => ({
      mutation,
      ids: entities.given(mutation, input, done, trail.hide),
      key,
      ...more,
    })
    const intended = asWrite(false, {})
    try {
      await trail.commit({
        kind: 'intent',
        who: this.#who,
        operation: this.#asked?.entry,
        write: intended,
        correlationId: this.#correlationId,
      })
      const payload = await run()
      const found = new Found()
      entities.find(type, payload, found)
      this.#took(asWrite(true, { outcome: payload.replayed ? 'replayed' : 'done', entities: found.list() }))
      return payload
    } catch (error) {
      this.#took({ ...intended, ...outcomeOf(error) })
      throw error
    }
  }

  end(): void {
    this.#ended = true
    const read = this.#read
    const wrote = this.#wrote
    if (read === undefined && wrote === undefined) return
    this.#read = undefined
    this.#wrote = undefined
    this.#by.trail.append({
      kind: 'operation',
      who: this.#who,
      operation: this.#asked?.entry,
      read: read && { fields: this.#selected.shownBy(read.types), entities: read.found.list() },
      wrote,
      correlationId: this.#correlationId,
    })
  }

  get #selected(): Selected {
    return this.#asked?.selected ?? this.#by.personal.all
  }

  get #who() {
    const { subject, client, tenant, actor } = this.#caller
    return { subject, client, tenant, actor }
  }

  /** What ends after its operation was answered has an entry of its own. */
  #took(write: Wrote): void {
    ;(this.#wrote ??= []).push(write)
    if (this.#ended) this.end()
  }
}

/** Makes the records of operations; `declared` and `served` are the schema as the classes say it and as it is served. */
export function createRecorder(
  trail: Trail,
  declared: GraphQLSchema,
  served: GraphQLSchema,
): (caller: Caller, correlationId: string) => OperationRecord {
  const personal = piiFieldsIn(declared, served)
  // A document that is sent again is the same node: it is walked through once.
  const known = new WeakMap<OperationDefinitionNode, Asked>()

  function askedBy(document: DocumentNode, operation: OperationDefinitionNode, source: string): Asked {
    const before = known.get(operation)
    if (before) return before
    const name = operation.name?.value
    const asked = {
      selected: personal.selectedBy(document, operation),
      entry: {
        type: operation.operation,
        name: name !== undefined && PROMISED.has(name) ? name : undefined,
        document: trail.hide(source),
      },
    }
    known.set(operation, asked)
    return asked
  }

  const by: Recorder = { trail, personal, entities: subjectsOf(declared, served), askedBy }
  return (caller, correlationId) => new Recording(by, caller, correlationId)
}
