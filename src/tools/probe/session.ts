import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '../../../datasources/contract/errors.js'
import type { ProbeCall, ProbeContext, RawAnswer } from '../../../datasources/contract/probe.js'
import { type Call, type Contract, detachedScope } from '../../../datasources/http/call.js'
import type { ClientOptions, ProviderClient } from '../../../datasources/http/client.js'

/** A client that the provider's folder opened, with its options. */
export interface OpenClient {
  readonly client: ProviderClient
  readonly options: Pick<ClientOptions, 'url' | 'credential' | 'mapError'>
}

/** Thrown in place of a further call; its message says why none is made. */
export class ProbeStopped extends Error {}

interface SessionOptions {
  readonly api: OpenClient
  readonly mayWrite: boolean
  readonly subject: string | undefined
  readonly maxCalls: number
  /** The pause before each call, in ms. */
  readonly pauseMs: number
}

/** Accepts every body: the assumptions look at it themselves. */
const anyBody: Contract<unknown> = { fits: (_body): _body is unknown => true, firstMismatch: () => '/' }

/** The calls of one probe: one after the other, few, and none after the provider has limited the rate. */
export class ProbeSession implements ProbeContext {
  /** Every answer, in order. */
  readonly answers: RawAnswer[] = []
  readonly #known = new Map<string, Promise<RawAnswer>>()
  #calls = 0

  constructor(private readonly options: SessionOptions) {}

  get subject(): string | undefined {
    return this.options.subject
  }

  readonly credentialHeaders = async (): Promise<Readonly<Record<string, string>>> =>
    (await this.options.api.options.credential?.headers()) ?? {}

  readonly ask = (call: ProbeCall): Promise<RawAnswer> => {
    const { method = 'GET', path, query = [], credential } = call
    if (method !== 'GET' && !this.options.mayWrite) throw new ProbeStopped('only --write may send this')
    if (method !== 'GET' || credential !== undefined) return this.#send({ ...call, method })
    const key = JSON.stringify([path.text, query])
    const answer = this.#known.get(key) ?? this.#send({ ...call, method })
    this.#known.set(key, answer)
    return answer
  }

  async #send(call: ProbeCall & Pick<Call<unknown>, 'method'>): Promise<RawAnswer> {
    if (this.answers.some(({ status }) => status === 429)) throw new ProbeStopped('the provider limits the rate')
    if (this.#calls >= this.options.maxCalls) throw new ProbeStopped(`${this.options.maxCalls} calls were made`)
    this.#calls += 1
    await delay(this.options.pauseMs)
    const { client, options } = this.options.api
    let refusal: RawAnswer | undefined
    try {
      const { status, header, body } = await client.send<unknown>(detachedScope, {
        ...call,
        effect: call.method === 'GET' ? 'read' : 'write',
        retry: 'never',
        response: anyBody,
        mapError(response) {
          refusal = response
          return options.mapError(response)
        },
      })
      return this.#seen({ status, header, body })
    } catch (error) {
      if (!(error instanceof ApiError) || refusal === undefined) throw error
      return this.#seen(refusal)
    }
  }

  #seen(answer: RawAnswer): RawAnswer {
    this.answers.push(answer)
    return answer
  }
}
