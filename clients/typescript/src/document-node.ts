import { type DocumentNode, parse } from 'graphql'
import type { TypedDocumentString } from './typed-document.js'

const parsed = new WeakMap<object, DocumentNode>()

/** A document as clients with a normalised cache take it (Apollo Client, urql); parsed once. Needs the package `graphql`. */
export function documentNode<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
): DocumentNode & { readonly __apiType?: (variables: Variables) => Result } {
  let node = parsed.get(document)
  if (node === undefined) parsed.set(document, (node = parse(document.toString())))
  return node
}
