/** One quirk, as `GET /__emulator/quirks` lists it. */
export interface ListedQuirk {
  readonly name: string
  readonly description: string
  readonly on: boolean
}

/**
 * The quirks of an emulator: forms that the real provider's answers may take and that the emulator's own do not. All are
 * off at the start. `descriptions` names each and says what it does.
 */
export class Quirks<Name extends string = string> {
  readonly #on = new Set<Name>()

  constructor(private readonly descriptions: Readonly<Record<Name, string>>) {}

  has(name: Name): boolean {
    return this.#on.has(name)
  }

  list(): readonly ListedQuirk[] {
    return (Object.entries(this.descriptions) as [Name, string][]).map(([name, description]) => ({
      name,
      description,
      on: this.#on.has(name),
    }))
  }

  /**
   * Switches quirks: an object of names and booleans changes these, a list of names switches on these and no others.
   * False, and without effect, when the request has another form or names a quirk that does not exist.
   */
  set(request: unknown): boolean {
    const isList = Array.isArray(request)
    if (typeof request !== 'object' || request === null) return false
    const switches = isList ? request.map((name: unknown) => [name, true] as const) : Object.entries(request)
    if (!switches.every(([name, on]) => this.#isName(name) && typeof on === 'boolean')) return false
    if (isList) this.#on.clear()
    for (const [name, on] of switches as [Name, boolean][])
      if (on) this.#on.add(name)
      else this.#on.delete(name)
    return true
  }

  #isName(name: unknown): boolean {
    return typeof name === 'string' && Object.hasOwn(this.descriptions, name)
  }
}
