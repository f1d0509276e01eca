import { expect, test } from 'vitest'
import { KycGraph } from '../src/index.js'

const QUERY = 'query Check($id: ID!) { verificationResult(id: $id) { state } }'
const MUTATION = 'mutation Write($input: WriteInput!) { write(input: $input) { id } }'

const calls: [string, (kyc: KycGraph, value: unknown) => Promise<unknown>][] = [
  ['mutate', (kyc, value) => kyc.mutate(MUTATION, { input: { value } })],
  ['query', (kyc, id) => kyc.query(QUERY, { id })],
  ['waitFor', (kyc, id) => kyc.waitFor(QUERY, { id })],
  ['subscribe', (kyc, id) => kyc.subscribe(QUERY.replace('query', 'subscription'), { id }).next()],
]
const causes: [string, string, Record<string, string>, unknown][] = [
  ['a value that JSON does not have', 'http://localhost/', {}, 1n],
  ['a header beyond Latin-1', 'http://localhost/', { 'x-purpose': '\u20ac' }, '1'],
  ['credentials in the address', 'http://user:secret@localhost/', {}, '1'],
]
const rows = calls.flatMap(([call, run]) => causes.map((cause) => [call, ...cause, run] as const))

test.each(rows)('%s throws what %s causes, and sends nothing', async (_call, _cause, url, headers, value, run) => {
  let sent = 0
  // As the real one, which checks what it gets.
  const send: typeof fetch = async (input, init) => {
    void new Request(input, init)
    sent += 1
    throw new TypeError('fetch failed')
  }
  const retry = { maxAttempts: 2, minDelayMs: 1, maxDelayMs: 1 }
  await expect(run(new KycGraph({ url, token: 'token', headers, retry, fetch: send }), value)).rejects.toThrow(
    TypeError,
  )
  expect(sent).toBe(0)
})
