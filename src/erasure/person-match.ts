import { type Namespace, NAMESPACES, type NamespaceRule } from '../../datasources/contract/namespaces.js'
import { tenantName } from '../tenants/tenant.js'
import type { Statement, StoreCipher } from '../store/cipher.js'

/** The person whose values are erased: every id by which a provider or a client knows them, and where. */
export interface Person {
  readonly ids: readonly string[]
  /** Only values of this tenant, and those that state no tenant; as the trail writes it, or as `TENANTS_FILE` names it. */
  readonly tenant?: string | undefined
  /** Only values of this bank, and those that state no bank. */
  readonly bank?: string | undefined
}

/** True where a text of the value is the id, or, in a value with text of clients, holds it. */
function hasText(value: unknown, id: string, isPart: boolean): boolean {
  if (typeof value === 'string') return isPart ? value.includes(id) : value === id
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((member) => hasText(member, id, isPart))
}

/**
 * Recognizes the values of a person: by the keyed hashes that a value states, under every key; by its name, where it is
 * named by the id; and by the id as one of its texts, as values of 0.1.0 state nothing.
 */
export class PersonMatch {
  readonly #person: Person
  readonly #subjects: ReadonlySet<string>
  readonly #tenants: ReadonlySet<string>
  readonly #banks: ReadonlySet<string>
  readonly #names: ReadonlySet<string>

  constructor(person: Person, cipher: StoreCipher) {
    const digests = (kind: string, values: readonly string[]) =>
      new Set(values.flatMap((value) => cipher.digestsOf([kind, value])))
    this.#person = person
    this.#subjects = digests('subject', person.ids)
    this.#tenants = digests('tenant', person.tenant === undefined ? [] : [person.tenant, tenantName(person.tenant)])
    this.#banks = digests('bank', person.bank === undefined ? [] : [person.bank])
    const namedById = Object.entries(NAMESPACES as Readonly<Record<Namespace, NamespaceRule>>).filter(
      ([, rule]) => rule.isNamedById,
    ) as [Namespace, NamespaceRule][]
    this.#names = new Set(
      namedById.flatMap(([namespace]) => person.ids.flatMap((id) => cipher.namesOf([namespace, id]))),
    )
  }

  /** Whether a value states another tenant or bank than the person's. */
  isElsewhere({ t, b }: Statement): boolean {
    return (
      (this.#person.tenant !== undefined && t !== undefined && !this.#tenants.has(t)) ||
      (this.#person.bank !== undefined && b !== undefined && !this.#banks.has(b))
    )
  }

  /** Whether a value concerns a person with one of the ids, of any tenant and bank. */
  concerns(name: string, rule: NamespaceRule, { s = [] }: Statement, value: unknown): boolean {
    return (
      this.#names.has(name) ||
      s.some((hash) => this.#subjects.has(hash)) ||
      this.#person.ids.some((id) => hasText(value, id, rule.holdsText === true))
    )
  }
}
