import type { Owner } from '../../datasources/contract/operations.js'
import type { PiiSelection } from './pii-fields.js'
import { type SubjectFinder, type Subjects, SubjectSet } from './subjects.js'

/** True of a value without a record: null, an empty list or an empty page. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  const list = Array.isArray(value) ? (value as unknown[]) : (value as { nodes?: unknown }).nodes
  return Array.isArray(list) && list.length === 0
}

/** The member of an entry: the personal fields that were selected, and the records that they were read of. */
interface ReadEntry {
  readonly fields: readonly string[]
  readonly entities: readonly Subjects[]
}

/** The reads of one operation. */
export class RecordedReads {
  readonly #types: string[] = []
  readonly #found = new SubjectSet()

  /** Adds a value that contains selected personal fields, to `reads` or to new ones; returns them. */
  static add(
    reads: RecordedReads | undefined,
    { subjects, selection }: { readonly subjects: SubjectFinder; readonly selection: PiiSelection },
    type: string,
    value: unknown,
    owner?: Owner,
  ): RecordedReads | undefined {
    if (isEmpty(value) || !selection.exposes(type)) return reads
    const added = reads ?? new RecordedReads()
    if (!added.#types.includes(type)) added.#types.push(type)
    subjects.collect(type, value, added.#found)
    if (owner) added.#found.addOwner(owner)
    return added
  }

  entry(selection: PiiSelection): ReadEntry {
    return { fields: selection.fieldsOf(this.#types), entities: this.#found.list() }
  }
}
