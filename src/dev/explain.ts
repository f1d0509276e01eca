import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Plugin } from '../graphql/plugin.js'
import { ATTRIBUTES } from '../observability/tracing/attributes.js'
import type { Descendant, SpanMemory } from './span-memory.js'

/** A request with this header, of any value, is answered with how the operation's time was spent. */
const HEADER = 'x-explain'

/** The provider calls of a question by one route. */
interface Line {
  readonly provider: string
  readonly route: string
  /** Sent for this operation. */
  made: number
  /** Joined a call that another operation had sent. */
  shared: number
  retried: number
  /** The duration of each. */
  readonly ms: number[]
}

/** The statistics of one query or command. */
interface QueryStats {
  asked: number
  fromStore: number
  readonly lines: Map<string, Line>
}

const rounded = (ms: number): number => Math.round(ms * 100) / 100
const durationOf = ({ duration: [seconds, nanoseconds] }: ReadableSpan): number =>
  rounded(seconds * 1e3 + nanoseconds / 1e6)
const attributeOf = ({ attributes }: ReadableSpan, name: string) => attributes[name]

/** The order in which spans began. */
const byStart = ({ span: a }: Descendant, { span: b }: Descendant): number =>
  a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1]

/** Counts the spans of an operation by question, and the provider calls of each. */
class Explanation {
  readonly #stats = new Map<string, QueryStats>()

  add(span: ReadableSpan, ancestors: readonly ReadableSpan[]): void {
    const [name] = [span, ...ancestors].flatMap((one) => attributeOf(one, ATTRIBUTES.question) ?? [])
    const stats = this.#statsOf(String(name ?? 'other'))
    if (attributeOf(span, ATTRIBUTES.question) !== undefined) stats.asked += 1
    if (attributeOf(span, ATTRIBUTES.storeFound) === true && attributeOf(span, ATTRIBUTES.storeAction) === 'get')
      stats.fromStore += 1
    const call = [span, ...ancestors].find((one) => attributeOf(one, ATTRIBUTES.provider) !== undefined)
    if (call !== undefined) this.#addCall(stats, call, span)
  }

  report(): object[] {
    return [...this.#stats]
      .filter(([, { asked, lines }]) => asked > 0 || lines.size > 0)
      .map(([question, { asked, fromStore, lines }]) => ({
        question,
        asked,
        fromStore,
        calls: [...lines.values()].map(({ ms, ...line }) => ({
          ...line,
          merged: Math.max(0, asked - line.made - line.shared),
          ms,
        })),
      }))
  }

  /** A shared call counts by itself, any other one by the requests below it. */
  #addCall({ lines }: QueryStats, call: ReadableSpan, span: ReadableSpan): void {
    const provider = String(attributeOf(call, ATTRIBUTES.provider))
    const route = call.name.slice(provider.length + 1)
    let line = lines.get(call.name)
    if (!line) lines.set(call.name, (line = { provider, route, made: 0, shared: 0, retried: 0, ms: [] }))
    const isShared = span === call && attributeOf(call, ATTRIBUTES.isShared) === true
    const isRequest = attributeOf(span, 'server.address') !== undefined
    if (!isShared && !isRequest) return
    const isRetry = attributeOf(span, 'http.request.resend_count') !== undefined
    line[isShared ? 'shared' : isRetry ? 'retried' : 'made'] += 1
    line.ms.push(durationOf(span))
  }

  #statsOf(name: string): QueryStats {
    let stats = this.#stats.get(name)
    if (!stats) this.#stats.set(name, (stats = { asked: 0, fromStore: 0, lines: new Map() }))
    return stats
  }
}

/** Explains operations in `extensions.explain`, where the request asks for it. Holds names, numbers and routes, and no value or id. */
export const explain = (memory: SpanMemory): Plugin => ({
  willSendResponse({ result, context: { request, stopwatch } }) {
    if (request.headers[HEADER] === undefined || stopwatch.context === undefined) return
    const explanation = new Explanation()
    for (const { span, ancestors } of memory.below(stopwatch.context).sort(byStart)) explanation.add(span, ancestors)
    const { own, waited } = stopwatch.read()
    const report = { ownMs: rounded(own), waitedMs: rounded(waited), questions: explanation.report() }
    result.extensions = { ...result.extensions, explain: report }
  },
})
