import { AsyncLocalStorage } from 'node:async_hooks'
import type { CallStats } from '../../datasources/support/trace.js'
import type { Explain } from '../graphql/plugin.js'
import { SelfTime } from '../observability/self-time.js'

/** A request with this header, of any value, is answered with how the operation's time was spent. */
const HEADER = 'x-explain'

/** What was asked of one loader or command. */
interface Question {
  asked: number
  stored: number
  /** By provider and route. */
  readonly lines: Map<string, CallStats & { readonly provider: string; readonly route: string }>
}

/** The question that code runs for. It slows down all that is asynchronous, and nothing but development imports it. */
const current = new AsyncLocalStorage<Question>()

const rounded = (ms: number): number => Math.round(ms * 100) / 100

/** A stopwatch that also takes down what was asked of whom. */
class Explanation extends SelfTime {
  readonly #questions = new Map<string, Question>()

  storeHit(): void {
    const question = current.getStore()
    if (question) question.stored += 1
  }

  callStats(provider: string, route: string): CallStats {
    const { lines } = current.getStore() ?? this.#question('other')
    const name = `${provider} ${route}`
    let line = lines.get(name)
    if (!line) lines.set(name, (line = { provider, route, made: 0, shared: 0, retried: 0, ms: [] }))
    return line
  }

  span<T>(name: string, run: () => Promise<T>): Promise<T> {
    const question = this.#question(name)
    question.asked += 1
    return current.run(question, run)
  }

  report(): object {
    const { own, waited } = this.read()
    const questions = [...this.#questions].map(([question, { asked, stored, lines }]) => ({
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

  #question(name: string): Question {
    let question = this.#questions.get(name)
    if (!question) this.#questions.set(name, (question = { asked: 0, stored: 0, lines: new Map() }))
    return question
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
