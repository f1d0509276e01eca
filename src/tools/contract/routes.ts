import type { ExchangeChecker } from './checker.js'
import type { Match, Operation, Specification } from './operations.js'

/** A document, and what compares exchanges with it. */
export interface ComparedDocument {
  readonly specification: Specification
  readonly checker: ExchangeChecker
}

/** An operation, and what compares exchanges with the document that describes it. */
interface DescribedMatch extends Match {
  readonly checker: ExchangeChecker
}

interface Route {
  readonly operation: Operation
  readonly checker: ExchangeChecker
  readonly pattern: RegExp
  readonly names: readonly string[]
}

const VERSION = /^v\d+(\.\d+)*$/

function routeOf(base: string, operation: Operation, checker: ExchangeChecker): Route {
  const names: string[] = []
  const template = base + operation.template
  const source = template.replace(/\{([^}]+)\}|[.*+?^$()[\]|\\]/g, (text, name: string | undefined) => {
    if (name === undefined) return `\\${text}`
    names.push(name)
    return '([^/]+)'
  })
  return { operation, checker, pattern: new RegExp(`^${source}$`), names }
}

/** The versions in a path, such as `v1.0`, each with the part of the path before it. */
const versionsIn = (path: string): readonly (readonly [before: string, version: string])[] => {
  const segments = path.split('/')
  return segments.flatMap((segment, i) => (VERSION.test(segment) ? [[segments.slice(0, i).join('/'), segment]] : []))
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The operations of the documents of one provider. Of two documents that describe one operation the first counts. */
export class Routes {
  readonly #routes: readonly Route[]
  /** The versions that the documents describe, by the part of the path before them. */
  readonly #versions = new Map<string, Set<string>>()
  /** The segments of the documents' paths that are no parameters. */
  readonly #words = new Set<string>()

  constructor(documents: readonly ComparedDocument[]) {
    const routes = documents.flatMap(({ specification: { bases, operations }, checker }) =>
      bases.flatMap((base) => operations.map((operation) => routeOf(base, operation, checker))),
    )
    // A template with fewer parameters is more concrete and goes first. Documents of equal templates keep their order.
    this.#routes = routes.sort((a, b) => a.names.length - b.names.length)
    for (const { specification } of documents)
      for (const base of specification.bases)
        for (const { template } of specification.operations) this.#know(base + template)
  }

  #know(path: string): void {
    for (const [before, version] of versionsIn(path))
      this.#versions.set(before, (this.#versions.get(before) ?? new Set()).add(version))
    for (const segment of path.split('/')) if (!segment.includes('{')) this.#words.add(segment)
  }

  find(method: string, path: string): DescribedMatch | undefined {
    for (const { operation, checker, pattern, names } of this.#routes) {
      const found = operation.method === method ? pattern.exec(path) : null
      if (!found) continue
      const values = names.map((name, i) => [name, decoded(found[i + 1]!)] as const)
      return { operation, checker, values: Object.fromEntries(values) }
    }
    return undefined
  }

  /** The version of the API in a path where the documents describe other versions only; undefined for any other path. */
  otherVersion(path: string): string | undefined {
    return versionsIn(path).find(
      ([before, version]) => this.#versions.has(before) && !this.#versions.get(before)!.has(version),
    )?.[1]
  }

  /** A name for an operation that no document describes. It holds no id: segments of the documents, plain words and versions stay. */
  nameOf(method: string, path: string): string {
    const isWord = (segment: string) => this.#words.has(segment) || /^[a-z_]+$/.test(segment) || VERSION.test(segment)
    return `${method} ${path.replace(/[^/]+/g, (segment) => (isWord(segment) ? segment : '{}'))}`
  }
}
