/** Made when it is first asked for, and not again. */
export function once<Made extends object>(make: () => Made): () => Made {
  let made: Made | undefined
  return () => (made ??= make())
}

/**
 * A room's questions and its writes, each made when they are first asked for: most operations need but one of them. A
 * class, as V8 keeps whatever hangs on accessors of an object's own until the next full collection.
 */
export class Parts<Loaders extends object, Commands extends object> {
  readonly #loaders: () => Loaders
  readonly #commands: () => Commands

  constructor(loaders: () => Loaders, commands: () => Commands) {
    this.#loaders = once(loaders)
    this.#commands = once(commands)
  }

  get loaders(): Loaders {
    return this.#loaders()
  }

  get commands(): Commands {
    return this.#commands()
  }
}

type Both<Union> = (Union extends unknown ? (each: Union) => void : never) extends (each: infer Members) => void
  ? Members
  : never

/**
 * The members of several sections as those of one object. An operation asks few of them, so a section is made when one
 * of its members is first asked for; which of them has it is the same for every operation, and is found out once.
 */
export function contents() {
  const places = new Map<PropertyKey, number>()
  return <Sections extends readonly (() => object)[]>(...sections: Sections): Both<ReturnType<Sections[number]>> => {
    const made: Record<PropertyKey, unknown>[] = []
    const section = (at: number) => (made[at] ??= sections[at]!() as Record<PropertyKey, unknown>)
    const get = (_none: object, name: PropertyKey): unknown => {
      const at = places.get(name) ?? sections.findIndex((_section, i) => Object.hasOwn(section(i), name))
      if (at < 0) return undefined
      places.set(name, at)
      return section(at)[name]
    }
    return new Proxy({}, { get }) as Both<ReturnType<Sections[number]>>
  }
}
