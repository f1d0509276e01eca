import type { RecordedExchange } from './recording.js'
import type { Routes } from './routes.js'
import type { Violation } from './violation.js'

/** Equal violations, with the first as the example. */
interface ViolationGroup extends Violation {
  readonly count: number
}

/** An operation that no document describes, by method and path without ids. */
interface UndescribedOperation {
  readonly operation: string
  readonly count: number
}

/** What violations are counted as; only `requests` and `answers` break the contract. */
export interface ContractReport {
  readonly exchanges: number
  /** Requests for a token, which no specification of an API holds. */
  readonly tokenRequests: number
  /** Requests for versions of the API that the specification does not describe, by version. */
  readonly otherVersions: Readonly<Record<string, number>>
  /** The operations of the documents that exchanges were compared with. */
  readonly usedOperations: readonly string[]
  /** The graph's requests for operations that no document describes; neither they nor their answers were compared. */
  readonly undescribed: readonly UndescribedOperation[]
  /** Requests of the graph that break the specification. */
  readonly requests: readonly ViolationGroup[]
  /** Answers of the emulator that break the specification. */
  readonly answers: readonly ViolationGroup[]
  /** The graph's requests that the emulator refused: tests that pass on a caller's odd input. */
  readonly refused: readonly ViolationGroup[]
  /** Requests that tests sent to the emulator themselves. */
  readonly direct: readonly ViolationGroup[]
  /** Answers that a fault or a quirk made. */
  readonly planted: readonly ViolationGroup[]
}

type Category = 'requests' | 'answers' | 'refused' | 'direct' | 'planted'

/** Statuses by which a provider refuses what was sent. */
const REFUSALS: ReadonlySet<number> = new Set([400, 404, 405, 409, 415, 422])

/** The graph names itself or nothing; tests use other clients. */
const isOfTheGraph = ({ headers }: RecordedExchange): boolean =>
  headers['user-agent'] === undefined || headers['user-agent'].startsWith('kyc-graph')

const isTokenRequest = ({ url, body }: RecordedExchange): boolean =>
  (typeof body === 'object' && body !== null && 'grant_type' in body) || url.startsWith('/my/logins/direct')

function requestCategory(exchange: RecordedExchange): Category {
  if (!isOfTheGraph(exchange)) return 'direct'
  return REFUSALS.has(exchange.status) && !exchange.replaced ? 'refused' : 'requests'
}

const countOne = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)

/** Groups violations by operation, member path and kind. */
export class ContractReporter {
  readonly #groups: Readonly<Record<Category, Map<string, Violation & { count: number }>>> = {
    requests: new Map(),
    answers: new Map(),
    refused: new Map(),
    direct: new Map(),
    planted: new Map(),
  }
  readonly #used = new Set<string>()
  #exchanges = 0
  #tokenRequests = 0
  readonly #otherVersions = new Map<string, number>()
  readonly #undescribed = new Map<string, number>()

  constructor(private readonly routes: Routes) {}

  add(exchange: RecordedExchange): void {
    this.#exchanges += 1
    const path = exchange.url.split('?', 1)[0]!
    const match = this.routes.find(exchange.method, path)
    if (!match) {
      this.#addUndescribed(exchange, path)
      return
    }
    this.#used.add(match.operation.name)
    const category = requestCategory(exchange)
    const broken = match.checker.request(exchange, match)
    this.#put(category, broken)
    // What answers a request that was broken on purpose is not documented either.
    const isPurpose = broken.length > 0 && category !== 'requests'
    const planted = exchange.replaced || exchange.odd ? 'planted' : 'answers'
    this.#put(isPurpose ? category : planted, match.checker.answer(exchange, match))
  }

  #addUndescribed(exchange: RecordedExchange, path: string): void {
    const version = this.routes.otherVersion(path)
    const operation = this.routes.nameOf(exchange.method, path)
    if (isTokenRequest(exchange)) this.#tokenRequests += 1
    else if (version !== undefined) countOne(this.#otherVersions, version)
    else if (isOfTheGraph(exchange)) countOne(this.#undescribed, operation)
    else
      this.#put('direct', [
        { side: 'request', operation, path: 'path', kind: 'unknown operation', detail: 'in no document' },
      ])
  }

  report(): ContractReport {
    const groups = (category: Category): readonly ViolationGroup[] =>
      [...this.#groups[category].values()].sort((a, b) => b.count - a.count)
    return {
      exchanges: this.#exchanges,
      tokenRequests: this.#tokenRequests,
      otherVersions: Object.fromEntries([...this.#otherVersions].sort()),
      usedOperations: [...this.#used].sort(),
      undescribed: [...this.#undescribed].sort().map(([operation, count]) => ({ operation, count })),
      requests: groups('requests'),
      answers: groups('answers'),
      refused: groups('refused'),
      direct: groups('direct'),
      planted: groups('planted'),
    }
  }

  #put(category: Category, violations: readonly Violation[]): void {
    for (const violation of violations) {
      const { operation, path, kind } = violation
      const key = `${operation}\n${path}\n${kind}`
      const group = this.#groups[category].get(key)
      if (group) group.count += 1
      else this.#groups[category].set(key, { ...violation, count: 1 })
    }
  }
}

const lineOf = ({ count, operation, path, kind, detail }: ViolationGroup): string =>
  `  ${String(count).padStart(6)} × ${operation} | ${path} | ${kind} | ${detail}`

const section = (title: string, groups: readonly ViolationGroup[]): readonly string[] => [
  `${title}: ${groups.length}`,
  ...groups.map(lineOf),
]

const total = (groups: readonly ViolationGroup[]): string =>
  `${groups.reduce((sum, { count }) => sum + count, 0)} of ${groups.length} kinds`

/** The report as text. */
export const contractText = (report: ContractReport): string =>
  [
    ...section('Requests of the graph that break the specification', report.requests),
    ...section('Answers of the emulator that break the specification', report.answers),
    ...Object.entries(report.otherVersions).map(
      ([version, count]) =>
        `Requests for version ${version.slice(1)}, which the specification does not describe: ${count}`,
    ),
    `Operations that no document describes, not compared: ${report.undescribed.length}`,
    ...report.undescribed.map(({ count, operation }) => `  ${String(count).padStart(6)} × ${operation}`),
    '',
    'Caused by tests on purpose, so no violations (--json lists them):',
    `  requests of the graph that the emulator refused: ${total(report.refused)}`,
    `  requests that tests sent to the emulator themselves: ${total(report.direct)}`,
    `  answers that a fault, a quirk or an account for odd answers made: ${total(report.planted)}`,
  ].join('\n')
