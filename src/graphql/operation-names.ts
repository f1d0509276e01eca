import type { DocumentNode } from 'graphql'
import { fingerprint, type Safelist } from './safelist.js'

/** What a document is called in logs and traces. */
interface OperationName {
  /** The hash of the document without its literal values. */
  readonly hash: string
  /** The name of a promised operation; undefined for any other, whose name is the caller's. */
  readonly name: string | undefined
}

/** The names of documents, each worded once. */
export class OperationNames {
  readonly #list: Pick<Safelist, 'nameOf'>
  readonly #known = new WeakMap<DocumentNode, OperationName>()

  constructor(list: Pick<Safelist, 'nameOf'>) {
    this.#list = list
  }

  of(document: DocumentNode): OperationName {
    let known = this.#known.get(document)
    if (known === undefined)
      this.#known.set(document, (known = { hash: fingerprint(document), name: this.#list.nameOf(document) }))
    return known
  }
}
