import type { Environment } from '../environment.js'

/** An answer of the gateway. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly data: any
  readonly errors: readonly {
    readonly message: string
    readonly path?: readonly (string | number)[]
    readonly extensions: Readonly<Record<string, any>>
  }[]
}

export interface AskOptions {
  readonly variables?: Readonly<Record<string, unknown>>
  /** Null sends none. @default the token of `ops` */
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends an operation to an address. */
export async function send(url: string, query: string, { variables, token, headers }: AskOptions): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(typeof token === 'string' ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors = [] } = (await response.json()) as Pick<Answer, 'data'> & Partial<Pick<Answer, 'errors'>>
  return { status: response.status, headers: response.headers, data, errors }
}

/** Asks the gateway as `ops`, unless the options say otherwise. */
export const ask = ({ gateway, graph }: Environment, query: string, options: AskOptions = {}): Promise<Answer> =>
  send(gateway.url, query, { token: graph.ops, ...options })

/** A provider's emulator: what it was asked, and faults in what it answers. */
export interface Provider {
  /** Method and path of each call, in order. */
  readonly calls: () => Promise<readonly string[]>
  readonly fault: (fault: object) => Promise<void>
  /** Forgets calls and faults. */
  readonly clear: () => Promise<void>
}

export function providerOf({ graph }: Environment, name: string): Provider {
  const url = `${graph.emulators[name]!}/__emulator`
  return {
    async calls() {
      const calls = (await (await fetch(`${url}/calls`)).json()) as readonly { method: string; url: string }[]
      return calls.map((call) => `${call.method} ${call.url.split('?')[0]!}`)
    },
    fault: async (fault) =>
      void (await fetch(`${url}/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      })),
    clear: async () => void (await fetch(`${url}/calls`, { method: 'DELETE' })),
  }
}
