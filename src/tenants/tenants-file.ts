import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml'

/** A tenant as the file names it; its settings are not read yet. */
export interface TenantEntry {
  readonly id: string
  /** Undefined where the tenant is not narrowed to some banks. */
  readonly banks: readonly string[] | undefined
  readonly limits: Readonly<Record<string, string>>
  readonly settings: Readonly<Record<string, string>>
}

/** The unreserved characters of an address: an id is a part of the address of a webhook. */
const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/
const TENANT_MEMBERS = ['banks', 'limits', 'settings']
/** A name that is told; another one may be a value in the wrong place. */
const TOLD_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/

/** The name as a problem tells it. */
export const told = (name: string): string => (TOLD_NAME.test(name) ? name : 'a member')

type Content = Node | null | undefined

/** Reads the nodes of one file, and collects the problems with the place of each. */
class FileReader {
  constructor(
    private readonly document: Document.Parsed,
    private readonly problem: (message: string) => void,
  ) {}

  members(content: Content, place: string): readonly (readonly [name: string, value: Content])[] {
    const node = this.#resolved(content)
    if (!isMap<Node, Content>(node)) {
      this.problem(`${place} must be a mapping`)
      return []
    }
    return node.items.flatMap(({ key, value }) => {
      const name = this.#text(key)
      if (name !== undefined) return [[name, value] as const]
      this.problem(`${place} has a name that is no text`)
      return []
    })
  }

  texts(content: Content, place: string): Record<string, string> {
    const found: Record<string, string> = Object.create(null) as Record<string, string>
    for (const [name, value] of this.members(content, place)) {
      const text = this.#text(value)
      if (text === undefined) this.problem(`${place}: ${told(name)} must be a text or a number`)
      else found[name] = text
    }
    return found
  }

  list(content: Content, place: string): readonly string[] {
    const node = this.#resolved(content)
    const texts = isSeq<Node>(node) ? node.items.map((item) => this.#text(item)) : []
    if (texts.length === 0 || texts.some((text) => text === undefined))
      this.problem(`${place} must be a list of texts, at least one`)
    return texts.filter((text) => text !== undefined)
  }

  /** The text of a scalar as it is written: a number of the file may be a secret with leading zeros. */
  #text(content: Content): string | undefined {
    const node = this.#resolved(content)
    if (!isScalar(node) || node.value === null) return undefined
    return typeof node.value === 'string' ? node.value : node.source
  }

  #resolved(content: Content): Content {
    return isAlias(content) ? content.resolve(this.document) : content
  }
}

function entryOf(reader: FileReader, id: string, content: Content, problem: (message: string) => void): TenantEntry {
  const place = `tenant ${id}`
  const members = new Map(reader.members(content, place))
  for (const name of members.keys())
    if (!TENANT_MEMBERS.includes(name)) problem(`${place}: ${told(name)} is not one of ${TENANT_MEMBERS.join(', ')}`)
  return {
    id,
    banks: members.has('banks') ? reader.list(members.get('banks'), `${place}: banks`) : undefined,
    limits: members.has('limits') ? reader.texts(members.get('limits'), `${place}: limits`) : {},
    settings: reader.texts(members.get('settings'), `${place}: settings`),
  }
}

/** The tenants of a file in YAML 1.2, of which JSON is a part. Problems name places, never values. */
export function readTenantsFile(text: string, problem: (message: string) => void): readonly TenantEntry[] {
  const document = parseDocument(text, { prettyErrors: true })
  const faults = [...document.errors, ...document.warnings]
  for (const { code, linePos } of faults)
    problem(`TENANTS_FILE cannot be read as YAML or JSON (${code}, line ${linePos?.[0].line ?? 1})`)
  if (faults.length > 0) return []
  const reader = new FileReader(document, problem)
  const members = reader.members(document.contents, 'TENANTS_FILE')
  for (const [name] of members) if (name !== 'tenants') problem(`TENANTS_FILE: ${told(name)} is not known; use tenants`)
  const tenants = members.find(([name]) => name === 'tenants')
  const named = tenants === undefined ? [] : reader.members(tenants[1], 'TENANTS_FILE: tenants')
  if (named.length === 0) problem('TENANTS_FILE names no tenant')
  return named.flatMap(([id, content]) => {
    if (TENANT_ID.test(id)) return [entryOf(reader, id, content, problem)]
    problem('TENANTS_FILE: an id must be 1 to 64 letters, digits, and . _ ~ - after the first')
    return []
  })
}
