import { ADA } from '../../../datasources/emulator/people.js'

/** One attack: what each of its connections sends, again and again. */
export interface Attack {
  readonly name: string
  readonly connections: number
  /** The texts of one connection, and the time between two of them. */
  readonly parts: (token: string) => readonly string[]
  readonly everyMs?: number
}

const head = (path: string, ...headers: readonly string[]): string =>
  ['POST ' + path + ' HTTP/1.1', 'host: x', 'content-type: application/json', ...headers, '\r\n'].join('\r\n')
const bearer = (token: string): string => `authorization: Bearer ${token}`
const whole = (token: string, body: object): string => {
  const text = JSON.stringify(body)
  return head('/graphql', bearer(token), `content-length: ${Buffer.byteLength(text)}`) + text
}
const ONE_BYTE_CHUNKS = '1\r\nx\r\n'.repeat(20_000)
const CHUNKED = 'transfer-encoding: chunked'
const ATTRIBUTES = 'mutation($input: SetAccountAttributesInput!) { setAccountAttributes(input: $input) { replayed } }'

export function attacks(isShort: boolean): readonly Attack[] {
  const oneByte = (path: string): Attack => ({
    name: `chunks of one byte at ${path}`,
    connections: 20,
    parts: () => [head(path, CHUNKED), ONE_BYTE_CHUNKS, ONE_BYTE_CHUNKS],
  })
  const largeHalf = (path: string, headersOf: (token: string) => readonly string[]): Attack => ({
    name: `halves of large bodies at ${path}`,
    connections: isShort ? 200 : 900,
    parts: (token) => [head(path, ...headersOf(token), 'content-length: 200000'), 'x'.repeat(100_000)],
    everyMs: 100,
  })
  return [
    oneByte('/graphql'),
    oneByte('/nothing'),
    oneByte('/webhooks/synctera'),
    {
      name: 'chunks of one byte with a token',
      connections: 20,
      parts: (token) => [head('/graphql', bearer(token), CHUNKED), ONE_BYTE_CHUNKS],
    },
    {
      name: 'headers that trickle',
      connections: isShort ? 100 : 500,
      parts: () => ['POST /graphql HTTP/1.1\r\n', ...Array.from({ length: 50 }, (_, i) => `x-${i}: y\r\n`)],
      everyMs: 200,
    },
    {
      name: 'bodies of which a half comes',
      connections: isShort ? 200 : 900,
      parts: (token) => [head('/graphql', bearer(token), 'content-length: 200000'), '{"query":"'.padEnd(4_000)],
      everyMs: 100,
    },
    largeHalf('/graphql', (token) => [bearer(token)]),
    largeHalf('/webhooks/synctera', () => []),
    {
      name: 'uploads that idle',
      connections: isShort ? 300 : 1_500,
      parts: (token) => [head('/graphql', bearer(token), 'content-length: 200000')],
      everyMs: 1_000,
    },
    {
      name: 'lists of 10,000',
      connections: 2,
      parts: (token) => {
        const input = { externalId: ADA.seiExternalId, attributes: Array.from({ length: 10_000 }, () => ({})) }
        return [whole(token, { query: ATTRIBUTES, variables: { input } })]
      },
    },
    {
      name: 'documents of 120,000 lines',
      connections: 2,
      parts: (token) => [whole(token, { query: `${'\n'.repeat(120_000)}{` })],
    },
  ]
}
