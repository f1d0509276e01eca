import { setTimeout as delay } from 'node:timers/promises'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { print } from 'graphql'

/** The run stops; what has been asked is in the journal, and the next run goes on. */
export class Stopped extends Error {}

/** The server refuses the input: its members by path, each with the rules that it breaks. */
export class Refused extends Error {
  constructor(readonly fields: Readonly<Record<string, readonly string[]>>) {
    super('The server refuses the input.')
  }
}

interface GraphError {
  readonly message: string
  readonly extensions?: {
    readonly code?: string
    readonly retryable?: boolean
    readonly retryAfterSeconds?: number
    readonly fields?: Readonly<Record<string, readonly string[]>>
  }
}

interface Answer {
  readonly data?: unknown
  readonly errors?: readonly GraphError[]
}

interface Options {
  readonly url: string
  readonly token: () => string
  /** Told of each wait. */
  readonly onWait: (reason: string, seconds: number) => void
}

const TIMEOUT_MS = 60_000
const MAX_ATTEMPTS = 12
const MIN_WAIT_SECONDS = 0.5
const MAX_WAIT_SECONDS = 60

/** Codes are words; anything else that a server sends is not printed. */
const word = (text: string | undefined): string => (text && /^[A-Z_]{1,64}$/.test(text) ? text : 'an error')

const secondsOf = (header: string | null): number | undefined =>
  header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined

/** The answer in a body; empty where the body is another's, such as a page of a proxy. */
function answerOf(text: string): Answer {
  try {
    return (JSON.parse(text) as Answer | null) ?? {}
  } catch {
    return {}
  }
}

/** A failure after which the same request is sent again. */
interface Retry {
  readonly reason: string
  readonly seconds: number | undefined
}

/** A client of the GraphQL API. Every request may be repeated: the mutations have idempotency keys. */
export class GraphClient {
  constructor(private readonly options: Options) {}

  async run<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    const body = JSON.stringify({ query: print(document), variables })
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#send(body)
      if ('data' in outcome) return outcome.data as Data
      const { reason, seconds = MIN_WAIT_SECONDS * 2 ** Math.min(attempt - 1, 6) } = outcome
      if (attempt >= MAX_ATTEMPTS) throw new Stopped(`The server answers ${reason}.`)
      const wait = Math.min(MAX_WAIT_SECONDS, Math.max(0.1, seconds))
      this.options.onWait(reason, wait)
      // Jitter: requests that were refused together do not come again together.
      await delay(wait * 1000 * (1 + Math.random() / 10))
    }
  }

  #token(): string {
    let token: string
    try {
      token = this.options.token()
    } catch {
      throw new Stopped('The token file cannot be read.')
    }
    if (!/^[\x21-\x7e]+$/.test(token)) throw new Stopped('The token must be one line without spaces.')
    return token
  }

  async #send(body: string): Promise<{ readonly data: unknown } | Retry> {
    const authorization = `Bearer ${this.#token()}`
    let response: Response
    let answer: Answer
    try {
      response = await fetch(this.options.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'manual',
      })
      answer = answerOf(await response.text())
    } catch {
      return { reason: 'nothing', seconds: undefined }
    }
    const [error] = answer.errors ?? []
    if (error === undefined && response.ok && answer.data) return { data: answer.data }
    return this.#failure(error, response)
  }

  #failure(error: GraphError | undefined, response: Response): Retry {
    const { code, retryable, retryAfterSeconds, fields } = error?.extensions ?? {}
    if (code === 'UNAUTHENTICATED' || (code === undefined && response.status === 401))
      throw new Stopped('The token is not valid (any more). Renew it, and run the same again.')
    if (code === 'BAD_USER_INPUT' && fields) throw new Refused(fields)
    const seconds = retryAfterSeconds ?? secondsOf(response.headers.get('retry-after'))
    const reason = code === undefined ? `the status ${response.status}` : word(code)
    if (retryable === true || (code === undefined && (response.status === 429 || response.status >= 500)))
      return { reason, seconds }
    const isOther = code === undefined ? ' and no result: --url must be the address of the GraphQL API' : ''
    throw new Stopped(`The server answers ${reason}${isOther}.`)
  }
}
