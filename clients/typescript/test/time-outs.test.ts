import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { KycGraph, type KycGraphOptions } from '../src/index.js'

/** A server that never answers to `/silent`, and whose answers to other addresses never end. */
const server = createServer(({ url, headers }, response) => {
  if (url === '/silent') return
  response.writeHead(200, { 'content-type': headers.accept })
  response.write(':\n\n')
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
let collecting: ReturnType<typeof setInterval>

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  collecting = setInterval(collectGarbage, 50)
})
afterAll(() => {
  clearInterval(collecting)
  server.closeAllConnections()
  server.close()
})

const MS = 500
const text = 'query Check($id: ID!) { verificationResult(id: $id) { state } }'
const variables = { id: '1' }
const wait = (kyc: KycGraph) => kyc.waitFor(text, variables, { timeoutMs: MS })
const read = (kyc: KycGraph) => kyc.query(text, variables, { timeoutMs: MS })
const forever = () => new Promise<never>(() => undefined)
const busy = () => Promise.resolve(new Response('', { status: 503, headers: { 'retry-after': '300' } }))

const ownSignal = (): AbortSignal => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(new DOMException('Enough.', 'TimeoutError')), MS)
  return controller.signal
}

test.each<[string, Partial<KycGraphOptions> & { path?: string }, (kyc: KycGraph) => Promise<unknown>]>([
  ['a query without an answer', {}, read],
  ['a query whose answer does not end', { path: 'endless' }, read],
  [
    'an attempt without an answer',
    { attemptTimeoutMs: 1, retry: { maxAttempts: 1 } },
    (kyc) => kyc.query(text, variables),
  ],
  ['a query whose token does not come', { token: forever }, read],
  ['waitFor without an answer', {}, wait],
  ['waitFor with a stream without a result', { path: 'endless' }, wait],
  ['waitFor that is told to wait', { fetch: busy }, wait],
  ['a query whose fetch heeds no signal', { fetch: forever }, read],
  ['waitFor whose fetch heeds no signal', { fetch: forever }, wait],
  ['a subscription', { path: 'endless' }, (kyc) => kyc.subscribe(text, variables, { signal: ownSignal() }).next()],
])('%s ends when its time is over, also after a collection of garbage', async (_title, options, run) => {
  const { path = 'silent', ...rest } = options
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`
  const ended = run(new KycGraph({ url, token: 'token', ...rest })).catch((error: unknown) => error)
  const late = new Promise((resolve) => setTimeout(resolve, 10_000, 'It does not end.'))
  const outcome = (await Promise.race([ended, late])) as { code?: string; name?: string }
  expect([outcome.code, outcome.name].some((word) => /^TIMEOUT$|^TimeoutError$/.test(String(word)))).toBe(true)
})

test('the body of an answer that comes after the time is cancelled', async () => {
  const cancel = vi.fn()
  let answer: (response: Response) => void = () => undefined
  const late = new Promise<Response>((resolve) => (answer = resolve))
  const kyc = new KycGraph({ url: 'http://localhost/', token: 'token', fetch: () => late })
  await expect(read(kyc)).rejects.toMatchObject({ code: 'TIMEOUT' })
  answer(new Response(new ReadableStream({ cancel })))
  await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce())
})

test.each([
  ['a fraction of a millisecond', MS + 0.5, 'TIMEOUT'],
  ['negative', -1, 'TIMEOUT'],
  ['infinite', Infinity, 'answered'],
  ['longer than a timer runs', 2 ** 31, 'answered'],
])('a time-out that is %s is taken', async (_title, timeoutMs, end) => {
  const told: (string | null)[] = []
  const answer = async (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    told.push(new Headers(init.headers).get('x-request-timeout-ms'))
    // Aborts as the real one.
    await new Promise((resolve, reject) => {
      init.signal!.addEventListener('abort', () => reject(init.signal!.reason as Error))
      if (end === 'answered') setTimeout(resolve, 50)
    })
    return new Response('{"data":{}}', { headers: { 'content-type': 'application/json' } })
  }
  const kyc = new KycGraph({
    url: 'http://localhost/',
    token: 'token',
    attemptTimeoutMs: timeoutMs,
    timeoutMs,
    retry: { maxAttempts: 1 },
    fetch: answer as typeof fetch,
  })
  const outcome = await kyc.query(text, variables).then(
    () => 'answered',
    (error: unknown) => (error as { code?: string }).code,
  )
  expect(outcome).toBe(end)
  for (const ms of told) expect(ms).toMatch(/^\d+$/)
})
