import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { ApolloServer } from '@apollo/server'
import { print } from 'graphql'
import { expect, vi } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { type ProviderName, providers } from '../../datasources/index.js'
import { PersonByIdDocument } from '../../schema/operations/index.js'
import { createMetrics } from '../../src/observability/metrics/all-metrics.js'
import type { ServerOptions } from '../../src/lifecycle/server-options.js'
import { type App, startApp } from './app.js'

/** An app with all of its traces readable. */
export interface Watched {
  readonly app: App
  readonly metrics: ReturnType<typeof createMetrics>
}

/** A request as it goes over the wire; header values of undefined are not sent. */
export interface Letter {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: string
  /** Whether a provider is heard to its end after the answer. */
  readonly lingers?: boolean | undefined
  /** Hangs up once this is true. */
  readonly patience?: () => boolean
}

/** What a request was answered, and what it left behind: without times, and with one correlation id for all. */
export interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  readonly metrics: Readonly<Record<string, number>>
  readonly log: readonly object[]
  readonly calls: readonly string[]
  readonly correlationId: string
}

/** In place of a request's own correlation id, and as long. */
const SAME = '00000000-0000-0000-0000-000000000000'
const PROVIDERS = Object.keys(providers) as ProviderName[]

export async function watch(
  settings: Readonly<Record<string, string>>,
  beside?: Watched,
  options: Partial<ServerOptions> = {},
): Promise<Watched> {
  const metrics = createMetrics()
  // What is left of a budget is another number in every answer.
  return {
    app: await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0', ...settings }, beside?.app, { metrics, ...options }),
    metrics,
  }
}

/** Every number that is counted, but those of time. */
async function counted({ metrics }: Watched): Promise<Map<string, number>> {
  const lines = (await metrics.text()).matchAll(/^(kyc_(?!\w+_bucket|\w+_seconds_sum)\S+) (\S+)$/gm)
  return new Map([...lines].map(([, name, value]) => [name!, Number(value)]))
}

const callsOf = ({ app }: Watched) =>
  PROVIDERS.flatMap((name) => app.calls(name).map((call) => `${name} ${call}`)).sort()

/** Members of a line that differ from run to run. */
const TIMES = new Set(['@timestamp', 'event.duration', 'ownMs', 'error.stack_trace', 'trace.id'])

/** Log lines of a request or of none, without time, duration and code position. */
function linesOf(text: string, correlationId: string): object[] {
  const lines = text
    .replaceAll(correlationId, SAME)
    .split('\n')
    .filter((line) => line.includes(SAME) || (line !== '' && !line.includes('"http.request.id"')))
  return lines
    .map((line) => JSON.stringify(JSON.parse(line, (name, value: unknown) => (TIMES.has(name) ? undefined : value))))
    .sort()
    .map((line) => JSON.parse(line) as object)
}

const isCall = (line: object): boolean => 'event.action' in line && line['event.action'] === 'provider-call'

/** Sends a request as it is. */
export function exchange(
  url: string,
  { method = 'POST', path = '/graphql', headers = {}, body, patience }: Letter,
): Promise<Pick<Seen, 'status' | 'headers' | 'body'>> {
  return new Promise((resolve, reject) => {
    const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))
    const sent = request(new URL(path, url), { method, headers: given }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => {
        const {
          date: _date,
          'x-correlation-id': _id,
          'x-fapi-interaction-id': _interaction,
          ...rest
        } = response.headers
        resolve({ status: response.statusCode!, headers: rest, body: text })
      })
    })
    sent.on('error', (error) => (patience ? resolve({ status: 0, headers: {}, body: '' }) : reject(error)))
    sent.end(body)
    if (patience)
      void expect
        .poll(patience, { interval: 2 })
        .toBe(true)
        .then(() => sent.destroy(), reject)
  })
}

/** Sends a request and answers all of its effects but the audit entries, which are written a moment later. Calls are those since the app was cleared. */
export async function witness(watched: Watched, letter: Letter): Promise<Seen> {
  const correlationId = randomUUID()
  const [before, logged] = [await counted(watched), watched.app.log().length]
  const answer = await exchange(watched.app.url, {
    ...letter,
    headers: { 'x-correlation-id': correlationId, ...letter.headers },
  })
  // A client that disconnects gets no answer, so the test waits for something else.
  const isAnswered = async () =>
    ((await counted(watched)).get('kyc_overhead_seconds_count') ?? 0) > (before.get('kyc_overhead_seconds_count') ?? 0)
  if (letter.patience) await expect.poll(isAnswered, { interval: 2 }).toBe(true)
  if (letter.lingers)
    await expect
      .poll(() => linesOf(watched.app.log().slice(logged), correlationId).filter(isCall).length, { interval: 2 })
      .toBe(callsOf(watched).length)
  const after = await counted(watched)
  const changed = [...after].map(([name, value]): [string, number] => [name, value - (before.get(name) ?? 0)])
  return {
    ...answer,
    body: answer.body.replaceAll(correlationId, SAME),
    metrics: Object.fromEntries(changed.filter(([, change]) => change !== 0)),
    log: linesOf(watched.app.log().slice(logged), correlationId),
    calls: callsOf(watched),
    correlationId,
  }
}

/** What is in the audit trail by now, by correlation id: without when it was and where in the chain. */
export async function trailsOf({ app }: Watched, token: string): Promise<Map<string, object[]>> {
  app.clear()
  // Entries are written in order: once this one is there, so are those before it.
  const last = randomUUID()
  const body = JSON.stringify({ query: print(PersonByIdDocument), variables: { id: ADA.personId } })
  await exchange(app.url, {
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-correlation-id': last },
    body,
  })
  await expect.poll(() => app.audit().includes(last), { interval: 2 }).toBe(true)
  const entries = app
    .audit()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  const trails = new Map<string, object[]>()
  for (const { correlationId, kind, who, operation, read, wrote, write } of entries) {
    const id = String(correlationId)
    trails.set(id, [...(trails.get(id) ?? []), { kind, who, operation, read, wrote, write }])
  }
  return trails
}

/** How a request was answered: without Apollo Server, through it once, or (which must not be) more than once. */
export type Route = 'direct' | 'apollo' | 'apollo more than once'

/** Counts how often Apollo Server is entered, in this process, until it is restored. */
export function watchApollo() {
  const spy = vi.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest')
  return {
    /** Since it was last asked. */
    route(): Route {
      const entered = spy.mock.calls.length
      spy.mockClear()
      return entered === 0 ? 'direct' : entered === 1 ? 'apollo' : 'apollo more than once'
    },
    restore: () => spy.mockRestore(),
  }
}
