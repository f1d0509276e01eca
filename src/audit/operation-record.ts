import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { Owner } from '../../datasources/contract/operations.js'
import type { ErrorCode } from '../../datasources/contract/error-codes.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Caller } from '../../datasources/contract/caller.js'
import * as operations from '../../schema/operations/index.js'
import type { OperationConsent } from '../consent/operation-consent.js'
import { loggedIds } from '../observability/log.js'
import { auditUnavailable } from './batch-writer.js'
import { type PiiFields, type PiiSelection, readPiiFields } from './pii-fields.js'
import { RecordedReads } from './recorded-reads.js'
import { createSubjectFinder, type SubjectFinder, type Subjects, SubjectSet, UUID } from './subjects.js'
import type { Trail } from './trail.js'
import { Unrecorded } from './unrecorded.js'

/** Outcome of a write. */
type Outcome =
  | { readonly outcome: 'done' | 'replayed' }
  | { readonly outcome: 'refused' | 'unknown'; readonly code: ErrorCode; readonly replayed?: boolean }

type RequestIds = Parameters<typeof loggedIds>[0]

interface Write {
  readonly mutation: string
  readonly ids: Readonly<Record<string, string>>
  readonly key: string | undefined
}

type CompletedWrite = Write & Outcome & { readonly entities?: readonly Subjects[] }

interface ParsedOperation {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly source: string
}

/** Audit record of one GraphQL operation: the personal data that it showed, what it searched by, and its writes. */
export interface OperationRecord {
  /** Sets the operation, before its first field is resolved. */
  readonly begin: (parsed: ParsedOperation) => void
  /** The personal fields that the operation selects, sorted. */
  readonly personalFields: readonly string[]
  /** Throws `AUDIT_UNAVAILABLE` when values of the type contain selected personal fields and the trail is not usable. */
  readonly requireTrail: (type: string) => void
  /** Records that a value was returned unmasked. */
  readonly addRead: (type: string, value: unknown, owner?: Owner) => void
  /** Records that a value was returned masked. */
  readonly addMasked: (type: string, value: unknown, owner?: Owner) => void
  /** Records what a search goes by: schema coordinates, never values. */
  readonly addSearch: (coordinates: readonly string[]) => void
  /**
   * Runs a write between two entries: its intent and its outcome, with the ids of records that the input does not name.
   * `run` gets a promise that resolves once the trail has the intent: no provider may be asked before. It rejects where
   * the trail cannot be written.
   */
  readonly write: <Payload extends { readonly replayed: boolean }>(
    mutation: string,
    type: string,
    input: object,
    run: (recorded: Promise<void>) => Promise<Payload>,
    concerned?: (payload: Payload) => Readonly<Record<string, string>>,
  ) => Promise<Payload>
  /** Appends the entry to the trail, unless the operation has nothing to record. */
  readonly end: () => void
}

/** Names of promised operations. Any other name is chosen by a client and may hold personal data, so it is not recorded. */
const PROMISED_NAMES: ReadonlySet<string> = new Set(
  Object.values(operations).flatMap(({ definitions }) =>
    definitions.flatMap((definition) => ('name' in definition && definition.name ? [definition.name.value] : [])),
  ),
)

function outcomeOf(error: unknown): Outcome {
  // An unexpected error may follow the call to the provider, so the write may have been executed.
  if (!(error instanceof ApiError)) return { outcome: 'unknown', code: 'INTERNAL_SERVER_ERROR' }
  const replayed = error.extensions['replayed'] === true ? { replayed: true } : {}
  return { outcome: error.code === 'OUTCOME_UNKNOWN' ? 'unknown' : 'refused', code: error.code, ...replayed }
}

/** Cached part of the record of an operation. */
interface OperationInfo {
  readonly selection: PiiSelection
  /** The member `operation` of the entries. */
  readonly entry: { readonly type: string; readonly name: string | undefined; readonly document: string }
}

/** Dependencies that the records of all operations share. */
interface RecorderDeps {
  readonly trail: Trail
  readonly pii: PiiFields
  readonly subjects: SubjectFinder
  /** True where masked reads and searches are recorded too. */
  readonly recordsMasked: boolean
  readonly unrecorded: Unrecorded
  readonly infoOf: (parsed: ParsedOperation) => OperationInfo
}

/** Record of one operation. Most operations record nothing, so its lists are created on first use. */
class AuditRecord implements OperationRecord {
  readonly #deps: RecorderDeps
  readonly #caller: Caller
  readonly #ids: RequestIds
  readonly #consent: OperationConsent
  #info: OperationInfo | undefined
  #read: RecordedReads | undefined
  #masked: RecordedReads | undefined
  #searched: string[] | undefined
  #writes: CompletedWrite[] | undefined
  #hasEnded = false

  constructor(deps: RecorderDeps, caller: Caller, ids: RequestIds, consent: OperationConsent) {
    this.#deps = deps
    this.#caller = caller
    this.#ids = ids
    this.#consent = consent
  }

  begin(parsed: ParsedOperation): void {
    this.#info = this.#deps.infoOf(parsed)
  }

  get personalFields(): readonly string[] {
    return this.#selection.fields
  }

  requireTrail(type: string): void {
    if (!this.#deps.trail.usable() && this.#selection.exposes(type)) throw auditUnavailable()
  }

  addRead(type: string, value: unknown, owner?: Owner): void {
    this.#read = this.#added(this.#read, type, value, owner)
  }

  addMasked(type: string, value: unknown, owner?: Owner): void {
    if (this.#deps.recordsMasked) this.#masked = this.#added(this.#masked, type, value, owner)
  }

  addSearch(coordinates: readonly string[]): void {
    if (!this.#deps.recordsMasked) return
    for (const one of coordinates) if (!this.#searched?.includes(one)) (this.#searched ??= []).push(one)
  }

  async write<Payload extends { readonly replayed: boolean }>(
    mutation: string,
    type: string,
    input: object,
    run: (recorded: Promise<void>) => Promise<Payload>,
    concerned?: (payload: Payload) => Readonly<Record<string, string>>,
  ): Promise<Payload> {
    const { trail, subjects } = this.#deps
    if (!trail.usable()) throw auditUnavailable()
    const intent = this.#writeOf(mutation, input, false)
    try {
      const recorded = trail.commit({
        kind: 'intent',
        who: this.#who,
        operation: this.#info?.entry,
        write: intent,
        ...this.#request,
      })
      // Told to whoever waits for it; a write that fails before it waits does not.
      recorded.catch(() => undefined)
      const payload = await run(recorded)
      const found = new SubjectSet()
      subjects.collect(type, payload, found)
      const write = this.#writeOf(mutation, input, true)
      this.#addWrite({
        ...write,
        ids: { ...write.ids, ...concerned?.(payload) },
        outcome: payload.replayed ? 'replayed' : 'done',
        entities: found.list(),
      })
      return payload
    } catch (error) {
      this.#addWrite({ ...intent, ...outcomeOf(error) })
      throw error
    }
  }

  end(): void {
    this.#hasEnded = true
    const { trail, unrecorded } = this.#deps
    const read = this.#read
    const wrote = this.#writes
    const masked = this.#masked
    const searched = this.#searched
    const kind = read || wrote ? 'operation' : masked ? 'masked' : 'search'
    if (kind === 'search' && searched === undefined) return
    this.#read = this.#writes = this.#masked = this.#searched = undefined
    if (trail.usable()) unrecorded.settle()
    else if (kind !== 'operation') return unrecorded.add()
    trail.append({
      kind,
      who: this.#who,
      operation: this.#info?.entry,
      searched,
      read: read?.entry(this.#selection),
      masked: masked?.entry(this.#selection),
      wrote,
      ...this.#request,
    })
  }

  #added(reads: RecordedReads | undefined, type: string, value: unknown, owner?: Owner): RecordedReads | undefined {
    return RecordedReads.add(reads, { subjects: this.#deps.subjects, selection: this.#selection }, type, value, owner)
  }

  get #selection(): PiiSelection {
    return this.#info?.selection ?? this.#deps.pii.all
  }

  get #who() {
    const { subject, client, tenant, actor } = this.#caller
    return { subject, client, tenant, actor }
  }

  /** The ids of the request, and the purpose and the consent that it states. A consent id that is no UUID may be any text. */
  get #request() {
    const { purpose, consentId } = this.#consent.read()
    const consent =
      consentId === undefined || UUID.test(consentId) ? consentId : this.#deps.trail.pseudonymOf(consentId)
    return { ...loggedIds(this.#ids), purpose, consent }
  }

  #writeOf(mutation: string, input: object, confirmed: boolean): Write {
    const { trail, subjects } = this.#deps
    const { idempotencyKey } = input as { idempotencyKey?: string | null }
    return {
      mutation,
      ids: subjects.inputIds(mutation, input, confirmed, trail.pseudonymOf),
      key: idempotencyKey == null ? undefined : trail.pseudonymOf(idempotencyKey),
    }
  }

  /** Adds the outcome of a write. A write that ends after its operation gets an entry of its own. */
  #addWrite(write: CompletedWrite): void {
    ;(this.#writes ??= []).push(write)
    if (this.#hasEnded) this.end()
  }
}

/**
 * Recorder: creates the record of each operation. `declared` is the schema of the classes, `served` the schema with
 * resolvers; `recordsMasked` says whether masked reads and searches are recorded too.
 */
export function createRecorder(
  trail: Trail,
  declared: GraphQLSchema,
  served: GraphQLSchema,
  recordsMasked: boolean,
): (caller: Caller, ids: RequestIds, consent: OperationConsent) => OperationRecord {
  const pii = readPiiFields(declared, served)
  // The document cache returns the same nodes for the same text, so each operation is visited once.
  const cache = new WeakMap<OperationDefinitionNode, OperationInfo>()

  function infoOf({ document, operation, source }: ParsedOperation): OperationInfo {
    const cached = cache.get(operation)
    if (cached) return cached
    const name = operation.name?.value
    const info = {
      selection: pii.selectedBy(document, operation),
      entry: {
        type: operation.operation,
        name: name !== undefined && PROMISED_NAMES.has(name) ? name : undefined,
        document: trail.pseudonymOf(source),
      },
    }
    cache.set(operation, info)
    return info
  }

  const subjects = createSubjectFinder(declared, served)
  const deps: RecorderDeps = { trail, pii, subjects, recordsMasked, unrecorded: new Unrecorded(trail), infoOf }
  return (caller, ids, consent) => new AuditRecord(deps, caller, ids, consent)
}
