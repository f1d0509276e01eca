import { AsyncLocalStorage } from 'node:async_hooks'
import type { CallStats } from '../../datasources/support/operation-trace.js'
import type { Explain } from '../graphql/plugin.js'
import { SelfTime } from '../observability/self-time.js'

/** A request with this header, of any value, is answered with how the operation's time was spent. */
const HEADER = 'x-explain'

/** The statistics of one query or command. */
interface QueryStats {
  asked: number
  stored: number
  /** Provider calls by provider and route. */
  readonly lines: Map<string, CallStats & { readonly provider: string; readonly route: string }>
}

/** The query or command that code runs for. AsyncLocalStorage slows down asynchronous code, so only development imports this file. */
const current = new AsyncLocalStorage<QueryStats>()

const rounded = (ms: number): number => Math.round(ms * 100) / 100

/** Self time with a trace: the queries and commands of an operation, and the provider calls of each. */
class Explanation extends SelfTime {
  readonly #stats = new Map<string, QueryStats>()

  storeHit(): void {
    const stats = current.getStore()
    if (stats) stats.stored += 1
  }

  callStats(provider: string, route: string): CallStats {
    const { lines } = current.getStore() ?? this.#statsOf('other')
    const name = `${provider} ${route}`
    let line = lines.get(name)
    if (!line) lines.set(name, (line = { provider, route, made: 0, shared: 0, retried: 0, ms: [] }))
    return line
  }

  span<T>(name: string, run: () => Promise<T>): Promise<T> {
    const stats = this.#statsOf(name)
    stats.asked += 1
    return current.run(stats, run)
  }

  report(): object {
    const { own, waited } = this.read()
    const questions = [...this.#stats].map(([question, { asked, stored, lines }]) => ({
      question,
      asked,
      fromStore: stored,
      calls: [...lines.values()].map(({ ms, ...line }) => ({
        ...line,
        merged: Math.max(0, asked - line.made - line.shared),
        ms: ms.map(rounded),
      })),
    }))
    return { ownMs: rounded(own), waitedMs: rounded(waited), questions }
  }

  #statsOf(name: string): QueryStats {
    let stats = this.#stats.get(name)
    if (!stats) this.#stats.set(name, (stats = { asked: 0, stored: 0, lines: new Map() }))
    return stats
  }
}

/** Explains operations in `extensions.explain`, where the request asks for it. Holds names, numbers and routes, and no value or id. */
export const explain: Explain = {
  begin: (headers) => (headers[HEADER] === undefined ? undefined : new Explanation()),

  plugin: {
    willSendResponse({ result, context: { stopwatch } }) {
      if (stopwatch instanceof Explanation) result.extensions = { ...result.extensions, explain: stopwatch.report() }
    },
  },
}
