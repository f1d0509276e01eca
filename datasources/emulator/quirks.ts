import type { FastifyInstance, FastifyReply } from 'fastify'

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

  get isAnyOn(): boolean {
    return this.#on.size > 0
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

type Members = Record<string, unknown>

/** An answer that quirks may change. */
export interface QuirkyAnswer {
  readonly method: string
  readonly path: string
  readonly status: number
  /** The parsed body. */
  readonly body: Members
}

const exact = new WeakSet<FastifyReply>()

/** Says that quirks leave this answer as it is: a fault gave its body. */
export const keepExact = (reply: FastifyReply): void => void exact.add(reply)

/** Changes the JSON answers of these routes while a quirk is on: `change` returns another body or another status, or nothing. */
export function changeAnswers(
  app: FastifyInstance,
  quirks: Pick<Quirks, 'isAnyOn'>,
  change: (answer: QuirkyAnswer) => { readonly status?: number; readonly body: unknown } | undefined,
): void {
  app.addHook('onSend', async ({ method, url }, reply, payload) => {
    if (!quirks.isAnyOn || exact.has(reply) || typeof payload !== 'string' || !/^\{.*\}$/s.test(payload)) return payload
    const body = JSON.parse(payload) as Members
    const changed = change({ method, path: url.split('?', 1)[0]!, status: reply.statusCode, body })
    if (changed === undefined) return payload
    if (changed.status !== undefined) reply.code(changed.status)
    reply.removeHeader('content-length')
    return JSON.stringify(changed.body)
  })
}

/** The body with null in place of these members where they are absent. */
export const withNulls = <Body extends object>(body: Body, names: readonly string[]): Body => ({
  ...Object.fromEntries(names.map((name) => [name, null])),
  ...body,
})

/** A problem with a type of another form: relative, and with a version of a later release. */
export const withRelativeType = ({ type, ...body }: Members): Members => {
  const name = /\/errors\/([\w-]+)/.exec(String(type))?.[1]
  return { ...body, type: name === undefined ? type : `/errors/${name}/v1.2.3-beta` }
}
