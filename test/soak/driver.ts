import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { ERROR_CODES } from '../../datasources/contract/error-codes.js'
import type { GraphError } from '../support/app.js'
import { type Caller, OPS, PARTNER } from './callers.js'
import type { Entry, Finding, Ledger, Outcome } from './ledger.js'
import type { Oracle, Window } from './oracle.js'
import type { Random } from './random.js'
import type { ReadKind } from './read-kind.js'
import { READS } from './reads.js'
import type { Replica } from './replica.js'
import type { Traffic } from './tally.js'
import { PROVIDER_TIMEOUT_MS, REQUEST_TIMEOUT_MS, type World } from './world.js'
import { jobsOf, JOB_QUERY, judgeRows } from './payee-jobs.js'
import type { WriteKind } from './write-kind.js'
import { documentOf, WRITES } from './writes.js'

/** A write is heard to its end, so it may outlast the deadline by one call; the rest is for a busy machine. */
export const ANSWER_MS = REQUEST_TIMEOUT_MS + PROVIDER_TIMEOUT_MS + 4_000

interface Answer {
  readonly data: any
  readonly errors: readonly GraphError[]
  readonly window: Window
}

const weighted = <Kind extends { weight: number }>(random: Random, kinds: readonly Kind[]): Kind => {
  let left = random.next() * kinds.reduce((sum, { weight }) => sum + weight, 0)
  return kinds.find(({ weight }) => (left -= weight) < 0) ?? kinds[0]!
}

const kindOf = (entry: Entry): WriteKind => entry.rules as WriteKind
const CALLER: Readonly<Record<string, Caller>> = { [OPS.client]: OPS, [PARTNER.client]: PARTNER }

/** The share of writes among the operations. */
const WRITE_SHARE = 0.5

/** Asks and writes as many callers would, and holds every answer against the oracle. */
export class Driver {
  readonly findings: Finding[] = []
  #agent = new Agent({ connections: 64, headersTimeout: 0, bodyTimeout: 0 })
  #number = 0

  constructor(
    private readonly world: World,
    private readonly oracle: Oracle,
    private readonly ledger: Ledger,
    private readonly traffic: Traffic,
  ) {}

  /** Sends one operation. Nothing comes back when its caller leaves, or the replica dies under it. */
  async ask(
    kind: string,
    replica: Replica,
    caller: Caller,
    query: string,
    variables: object,
    leaveAfterMs?: number,
  ): Promise<Answer | 'unheard'> {
    const from = Date.now()
    const leave = new AbortController()
    const late = setTimeout(() => leave.abort('late'), ANSWER_MS)
    const leaving = leaveAfterMs === undefined ? undefined : setTimeout(() => leave.abort('left'), leaveAfterMs)
    try {
      const { statusCode, body } = await request(`${replica.url}/graphql`, {
        dispatcher: this.#agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${this.world.tokenOf(caller)}` },
        body: JSON.stringify({ query, variables }),
        signal: leave.signal,
      })
      const { data, errors = [] } = (await body.json()) as { data: any; errors?: GraphError[] }
      this.#checkErrors(kind, statusCode, errors)
      this.traffic.ended(
        kind,
        from,
        errors.map(({ extensions }) => extensions?.code),
      )
      return { data, errors, window: { from, to: Date.now() } }
    } catch (error) {
      this.traffic.ended(kind, from, 'unheard')
      const to = Date.now()
      if (leave.signal.reason === 'late')
        this.findings.push({
          kind: 'late answer',
          what: `${kind} at replica ${replica.name} was not answered in ${ANSWER_MS} ms`,
        })
      else if (leave.signal.reason !== 'left' && !replica.wasDown(from - 100, to + 100))
        this.findings.push({
          kind: 'no answer',
          what: `${kind} at replica ${replica.name}: ${String(error)} after ${to - from} ms`,
        })
      return 'unheard'
    } finally {
      clearTimeout(late)
      clearTimeout(leaving)
    }
  }

  #checkErrors(kind: string, status: number, errors: readonly GraphError[]): void {
    for (const { extensions, message } of errors) {
      const wellFormed =
        Object.hasOwn(ERROR_CODES, extensions?.code ?? '') &&
        typeof extensions['retryable'] === 'boolean' &&
        typeof extensions['correlationId'] === 'string'
      if (!wellFormed)
        this.findings.push({
          kind: 'wrong answer',
          what: `${kind}: an error without its members (HTTP ${status}): ${JSON.stringify({ message, extensions })}`,
        })
      else if (extensions.code === 'INTERNAL_SERVER_ERROR')
        this.findings.push({ kind: 'unforeseen error', what: `${kind}: ${JSON.stringify(extensions)}` })
    }
  }

  #replica(random: Random): Replica {
    const up = this.world.replicas.filter(({ isUp }) => isUp())
    return random.pick(up.length > 0 ? up : this.world.replicas)
  }

  async read(
    random: Random,
    kind: ReadKind,
    replica = this.#replica(random),
    leaveAfterMs?: number,
  ): Promise<Answer | 'unheard'> {
    const read = kind.make(random, this.oracle)
    if (!read) return 'unheard'
    const answer = await this.ask(kind.name, replica, read.caller, read.query, read.variables, leaveAfterMs)
    if (answer === 'unheard') return answer
    for (const what of read.judge(answer.data, answer.errors, answer.window))
      this.findings.push({ kind: 'wrong answer', what: `${kind.name} at replica ${replica.name}: ${what}` })
    return answer
  }

  /** Makes up a write; undefined while there is nothing to write to. */
  #begin(random: Random, kind: WriteKind, keyed: boolean): Entry | undefined {
    const number = (this.#number += 1)
    const made = kind.make(random, number, this.oracle)
    return (
      made &&
      this.ledger.begin({
        rules: kind,
        client: random.pick([OPS, PARTNER]).client,
        key: keyed ? `key-${number}` : undefined,
        ...made,
      })
    )
  }

  /** Sends a write once more, or for the first time. */
  async send(entry: Entry, replica: Replica, leaveAfterMs?: number): Promise<Outcome> {
    const kind = kindOf(entry)
    entry.open += 1
    entry.sent += 1
    const answer = await this.ask(
      kind.mutation,
      replica,
      CALLER[entry.client]!,
      documentOf(kind),
      { input: { ...entry.input, ...(entry.key === undefined ? {} : { idempotencyKey: entry.key }) } },
      leaveAfterMs,
    )
    entry.open -= 1
    const payload = answer === 'unheard' ? undefined : answer.data?.[kind.mutation]
    const error = answer === 'unheard' ? undefined : answer.errors[0]
    if (answer !== 'unheard' && payload == null && error === undefined)
      this.findings.push({
        kind: 'wrong answer',
        what: `${kind.mutation} (${entry.mark}): neither a payload nor an error`,
      })
    if (payload != null) kind.learn?.(payload, entry.client, this.oracle)
    const outcome: Outcome = payload != null ? { payload } : error !== undefined ? { error } : 'unheard'
    this.ledger.answered(entry, answer === 'unheard' ? { from: 0, to: Date.now() } : answer.window, outcome)
    return outcome
  }

  /** The same key with another input is refused, and nothing is done. */
  async #reuse(random: Random, entry: Entry): Promise<void> {
    const kind = kindOf(entry)
    const other = kind.make(random, (this.#number += 1), this.oracle)
    if (!other) return
    const answer = await this.ask('reused key', this.#replica(random), CALLER[entry.client]!, documentOf(kind), {
      input: { ...other.input, idempotencyKey: entry.key },
    })
    if (answer === 'unheard') return
    const code = answer.errors[0]?.extensions.code
    if (answer.data?.[kind.mutation] != null || !['IDEMPOTENCY_KEY_REUSED', 'STORE_UNAVAILABLE'].includes(code ?? ''))
      this.findings.push({
        kind: 'wrong answer',
        what: `${kind.mutation}: the key of ${entry.mark} took another input: ${code ?? 'done'}`,
      })
    if (this.oracle.effects(other.mark).size > 0)
      this.findings.push({ kind: 'double write', what: `${kind.mutation}: carried out under the key of ${entry.mark}` })
  }

  async #write(random: Random): Promise<void> {
    const leave = () => (random.chance(0.06) ? random.between(0, 150) : undefined)
    const earlier = this.ledger.entries.slice(-300).filter(({ key }) => key !== undefined)
    if (earlier.length > 0 && random.chance(0.3)) {
      const entry = random.pick(earlier)
      const sure = entry.settled && 'payload' in entry.settled.outcome && !entry.settled.provisional
      if (sure && random.chance(0.1)) return this.#reuse(random, entry)
      return void (await this.send(entry, this.#replica(random), leave()))
    }
    const entry = this.#begin(random, weighted(random, WRITES), random.chance(0.85))
    if (!entry) return
    const copies =
      entry.key !== undefined && random.chance(0.35)
        ? this.world.replicas.filter(({ isUp }) => isUp())
        : [this.#replica(random)]
    await Promise.all(copies.map((replica) => this.send(entry, replica, leave())))
  }

  /** One caller that goes on until then. */
  async work(random: Random, until: number): Promise<void> {
    while (Date.now() < until) {
      await delay(random.between(10, 90))
      if (random.chance(WRITE_SHARE)) await this.#write(random)
      else
        await this.read(
          random,
          weighted(random, READS),
          undefined,
          random.chance(0.05) ? random.between(0, 100) : undefined,
        )
    }
  }

  /** Everything that can be asked and written goes well at every replica; answers what does not. */
  async troubles(random: Random): Promise<string[]> {
    const passing = new Set([
      'RATE_LIMITED',
      'PROVIDER_REFUSED',
      'PROVIDER_TIMEOUT',
      'PROVIDER_UNAVAILABLE',
      'PROVIDER_MALFORMED',
      'STORE_UNAVAILABLE',
      'AUDIT_UNAVAILABLE',
      'DEADLINE_EXCEEDED',
    ])
    const found: string[] = []
    for (const replica of this.world.replicas) {
      for (const kind of READS) {
        const answer = await this.read(random, kind, replica)
        if (answer !== 'unheard')
          for (const { extensions } of answer.errors)
            if (passing.has(extensions.code)) found.push(`${kind.name} at replica ${replica.name}: ${extensions.code}`)
      }
      for (const kind of WRITES) {
        const entry = this.#begin(random, kind, true)
        const outcome = entry && (await this.send(entry, replica))
        if (outcome === 'unheard') found.push(`${kind.mutation} at replica ${replica.name}: unheard`)
        else if (outcome && 'error' in outcome && passing.has(outcome.error.extensions.code))
          found.push(`${kind.mutation} at replica ${replica.name}: ${outcome.error.extensions.code}`)
      }
    }
    return found
  }

  /** Repeats the open writes, and some of the settled ones, at every replica; answers how many keys are still held. */
  async repeat(random: Random, most: number): Promise<number> {
    const keyed = this.ledger.entries.filter(({ key }) => key !== undefined)
    const open = keyed.filter(({ settled }) => settled === undefined).slice(-most)
    const settled = keyed.filter((entry) => entry.settled !== undefined && random.chance(most / keyed.length))
    let held = 0
    const queue = [...open, ...settled]
    const next = async (): Promise<void> => {
      for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
        for (const replica of this.world.replicas) {
          const outcome = await this.send(entry, replica)
          if (
            outcome !== 'unheard' &&
            'error' in outcome &&
            outcome.error.extensions.code === 'IDEMPOTENCY_IN_PROGRESS'
          )
            held += 1
        }
      }
    }
    await Promise.all(Array.from({ length: 4 }, next))
    return held
  }

  /** Reads every job at both replicas; answers which have not ended. What is wrong with a row is a finding. */
  async jobs(): Promise<string[]> {
    const open: string[] = []
    for (const { id, caller } of jobsOf(this.oracle))
      for (const replica of this.world.replicas) {
        const answer = await this.ask('accountVerifications', replica, caller, JOB_QUERY, { id })
        const job = answer === 'unheard' ? undefined : answer.data?.accountVerifications
        if (job?.state === 'COMPLETED')
          for (const what of judgeRows(this.oracle, job.results.nodes))
            this.findings.push({ kind: 'wrong answer', what: `job ${id} at replica ${replica.name}: ${what}` })
        else open.push(`job ${id} at replica ${replica.name}: ${job?.state ?? 'not there'}`)
      }
    return open
  }

  /** Closes the driver's own sockets. */
  async leave(): Promise<void> {
    await this.#agent.close()
    this.#agent = new Agent()
  }
}
