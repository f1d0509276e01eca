import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql'
import type { Owner } from '../../datasources/door.js'
import { type Code, Failure } from '../../datasources/errors.js'
import type { Caller } from '../../datasources/provider.js'
import * as operations from '../../schema/operations/index.js'
import { type Entities, entitiesOf, Found } from './entities.js'
import { personalIn } from './personal.js'
import type { Trail } from './trail.js'

/** How a write ended. */
type Outcome = { readonly outcome: 'done' | 'replayed' } | { readonly outcome: 'refused' | 'unknown'; readonly code: Code; readonly replayed?: boolean }

interface Write {
  readonly mutation: string
  readonly ids: Readonly<Record<string, string>>
  readonly key?: string
}

/** What one operation leaves in the trail. */
export interface AuditRecord {
  /** Says what is asked, before anything is. */
  readonly begin: (asked: { document: DocumentNode; operation: OperationDefinitionNode; source: string }) => void
  /** Refuses to show personal values of this type unmasked while nobody could tell afterwards. */
  readonly admit: (type: string) => void
  /** Takes down that a value was handed out unmasked. */
  readonly shown: (type: string, value: unknown, owner?: Owner) => void
  /** Carries a write out between two entries: that it is about to be, and how it ended. */
  readonly write: <Payload extends { readonly replayed: boolean }>(mutation: string, type: string, input: object, run: () => Promise<Payload>) => Promise<Payload>
  /** Hands the entry over, if there is anything to tell. */
  readonly end: () => void
}

/** Names of the operations we promise: any other name is a caller's own word, and may be anybody's. */
const PROMISED: ReadonlySet<string> = new Set(
  Object.values(operations).flatMap(({ definitions }) => definitions.flatMap((definition) => ('name' in definition && definition.name ? [definition.name.value] : []))),
)

/** True when there is nothing in an answer: no record, an empty list or page. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  const list = Array.isArray(value) ? (value as unknown[]) : (value as { nodes?: unknown }).nodes
  return Array.isArray(list) && list.length === 0
}

const unavailable = () => new Failure('AUDIT_UNAVAILABLE', { retryAfterSeconds: 1 })

function outcomeOf(error: unknown): Outcome {
  // What nobody foresaw may have come after the provider was asked.
  if (!(error instanceof Failure)) return { outcome: 'unknown', code: 'INTERNAL_SERVER_ERROR' }
  const replayed = error.extensions['replayed'] === true ? { replayed: true } : {}
  return { outcome: error.code === 'OUTCOME_UNKNOWN' ? 'unknown' : 'refused', code: error.code, ...replayed }
}

/** Makes the records of operations; `declared` and `served` are the schema as the classes say it and as it is served. */
export function recorder(trail: Trail, declared: GraphQLSchema, served: GraphQLSchema): (caller: Caller, correlationId: string) => AuditRecord {
  const personal = personalIn(declared, served)
  const entities = entitiesOf(declared, served)
  const hashes = new WeakMap<DocumentNode, string>()

  return (caller, correlationId) => {
    const who = { subject: caller.subject, client: caller.client, tenant: caller.tenant, ...(caller.actor === undefined ? {} : { actor: caller.actor }) }
    let selected = personal.all
    let operation: object | undefined
    const reads: { type: string; value: unknown; owner: Owner | undefined }[] = []
    const writes: (Write & Outcome & { readonly entities?: readonly Entities[] })[] = []

    let ended = false

    /** What ends after its operation was answered has an entry of its own. */
    const wrote = (write: (typeof writes)[number]) => {
      writes.push(write)
      if (ended) end()
    }

    const exposes = (type: string): boolean => {
      if (selected.size === 0) return false
      for (const part of personal.within(type)) if (selected.has(part)) return true
      return false
    }

    function readEntry() {
      const fields = new Set<string>()
      const found = new Found()
      for (const { type, value, owner } of reads) {
        for (const part of personal.within(type)) for (const field of selected.get(part) ?? []) fields.add(field)
        entities.find(type, value, found)
        if (owner) found.addOwner(owner)
      }
      return { fields: [...fields].sort(), entities: found.list() }
    }

    function end() {
      ended = true
      const read = readEntry()
      reads.length = 0
      const writing = writes.splice(0)
      if (read.fields.length === 0 && writing.length === 0) return
      trail.append({ kind: 'operation', who, operation, ...(read.fields.length > 0 ? { read } : {}), ...(writing.length > 0 ? { wrote: writing } : {}), correlationId })
    }

    return {
      begin({ document, operation: node, source }) {
        selected = personal.selectedBy(document, node)
        const hash = hashes.get(document) ?? trail.hide(source)
        hashes.set(document, hash)
        const name = node.name?.value
        operation = { type: node.operation, ...(name !== undefined && PROMISED.has(name) ? { name } : {}), document: hash }
      },

      admit(type) {
        if (!trail.usable() && exposes(type)) throw unavailable()
      },

      shown(type, value, owner) {
        if (!isEmpty(value) && exposes(type)) reads.push({ type, value, owner })
      },

      async write(mutation, type, input, run) {
        if (!trail.usable()) throw unavailable()
        const { idempotencyKey } = input as { idempotencyKey?: string | null }
        const asWrite = (done: boolean): Write => ({
          mutation,
          ids: entities.given(mutation, input, done, trail.hide),
          ...(idempotencyKey == null ? {} : { key: trail.hide(idempotencyKey) }),
        })
        try {
          await trail.commit({ kind: 'intent', who, operation, write: asWrite(false), correlationId })
          const payload = await run()
          const found = new Found()
          entities.find(type, payload, found)
          wrote({ ...asWrite(true), outcome: payload.replayed ? 'replayed' : 'done', entities: found.list() })
          return payload
        } catch (error) {
          wrote({ ...asWrite(false), ...outcomeOf(error) })
          throw error
        }
      },

      end,
    }
  }
}
