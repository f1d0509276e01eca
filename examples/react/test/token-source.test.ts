import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { documentNode } from '@kyc-graph/client/document-node'
import { CustomerPageDocument } from '@kyc-graph/client/operations'
import { PERSONAS } from '../src/personas'
import { type Session, signIn } from '../src/session'

const LIFETIME_MS = 300_000
const answer = (body: object, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

/** Tokens that the issuer gave, and those that requests came with. */
let given: string[]
let used: string[]
let refused: Set<string>

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  ;[given, used, refused] = [[], [], new Set()]
  vi.stubGlobal('location', new URL('http://127.0.0.1:5173/'))
  vi.stubGlobal('fetch', async (url: string, { headers }: RequestInit) => {
    if (url === '/oauth/token') {
      given.push(`token-${given.length + 1}`)
      return answer({ access_token: given.at(-1), expires_in: LIFETIME_MS / 1000 })
    }
    const token = new Headers(headers).get('authorization')!.replace('Bearer ', '')
    used.push(token)
    return refused.has(token) ? answer({ errors: [{ message: 'No.' }] }, 401) : answer({ data: { customer: null } })
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const variables = { customerId: 'c1' }
const byApollo = ({ apollo }: Session) =>
  apollo.query({ query: documentNode(CustomerPageDocument), variables, fetchPolicy: 'network-only' })
const byGraph = ({ graph }: Session) => graph.query(CustomerPageDocument, variables)

test('both clients send the token of the login, and the one that either of them had renewed', async () => {
  const session = await signIn(PERSONAS[0]!)
  await byApollo(session)
  await byGraph(session)
  expect(given).toEqual(['token-1'])
  vi.setSystemTime(Date.now() + LIFETIME_MS - 10_000)
  await byApollo(session)
  refused.add('token-1')
  await byGraph(session)
  expect(given).toEqual(['token-1', 'token-2'])
  expect(used).toEqual(['token-1', 'token-1', 'token-2', 'token-1', 'token-2'])
})

test('a token that is refused is renewed for both', async () => {
  const session = await signIn(PERSONAS[0]!)
  refused.add('token-1')
  await byApollo(session)
  await byGraph(session)
  refused.add('token-2')
  await byGraph(session)
  await byApollo(session)
  expect(given).toEqual(['token-1', 'token-2', 'token-3'])
  expect(used).toEqual(['token-1', 'token-2', 'token-2', 'token-2', 'token-3', 'token-3'])
})

test('a login without an answer fails after half a minute, and the next one begins anew', async () => {
  const session = await signIn(PERSONAS[0]!)
  refused.add('token-1')
  const answered = fetch
  const timeout = new AbortController()
  const limits: number[] = []
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    limits.push(ms)
    return timeout.signal
  })
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    if (url !== '/oauth/token') return answered(url, init)
    return new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(init.signal!.reason)))
  })
  const hanging = byApollo(session)
  await vi.waitFor(() => expect(limits).toEqual([30_000]))
  timeout.abort(new DOMException('Over.', 'TimeoutError'))
  await expect(hanging).rejects.toMatchObject({ name: 'TimeoutError' })
  vi.mocked(AbortSignal.timeout).mockRestore()
  vi.stubGlobal('fetch', answered)
  await byApollo(session)
  expect(given).toEqual(['token-1', 'token-2'])
})
