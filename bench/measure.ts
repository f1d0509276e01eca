import type { Contender, Sample, Stage } from './stage.js'
import type { Target, Workload } from './workloads.js'

/** Middle, smallest and largest of several rounds. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface Row {
  readonly workload: string
  readonly contender: string
  readonly rps: number
  readonly p50: number
  readonly p99: number
  readonly cpuMs: number
  readonly busy: number
  readonly calls: number
  readonly bytes: number
  readonly rssMb: number
  /** This server's requests a second by this contender's, round by round. */
  readonly ratio?: Spread | undefined
  /** This contender's CPU per operation by this server's. */
  readonly cpuRatio?: Spread | undefined
  readonly target?: Target | undefined
  /** Why nothing here is to be believed. */
  readonly void?: string | undefined
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b)
/** Of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const inOrder = sorted(values)
  const middle = (inOrder.length - 1) / 2
  return inOrder.length === 0 ? NaN : (inOrder[Math.floor(middle)]! + inOrder[Math.ceil(middle)]!) / 2
}
export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
})

/** What is left of a budget is another number in every answer, and the raw server keeps none: it prints that much less. */
const withoutCost = (answer: string): string => answer.replace(/,"extensions":\{"cost":\{[^}]*\}\}\}(\s*)$/, '}$1')

/** Why the raw server's answers are no measure for this one's; undefined when they are the same, byte for byte. */
async function difference(stage: Stage, workload: Workload, contender: Contender): Promise<string | undefined> {
  const us = stage.contenders.get('server')!
  const asked = stage.requests(workload, contender)
  try {
    // A write that is told apart by its key makes another record each time: the stub answers the same of both.
    for (const request of asked.slice(0, workload.operations.length)) {
      const theirs = await stage.once(contender, request)
      if (!contender.name.startsWith('raw')) continue
      const ours = withoutCost(await stage.once(us, request))
      if (ours !== theirs) {
        const at = [...ours].findIndex((letter, i) => letter !== theirs[i])
        return `other bytes at ${at}: ${ours.slice(Math.max(0, at - 40), at + 60)} / ${theirs.slice(Math.max(0, at - 40), at + 60)}`
      }
    }
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

export interface Plan {
  readonly rounds: number
  readonly warmSeconds: number
  readonly seconds: number
}

/** A workload at this server and at those beside it, taking turns. */
export async function compete(
  stage: Stage,
  workload: Workload,
  plan: Plan,
  progress: (line: string) => void,
): Promise<Row[]> {
  const contenders = ['server', ...workload.contenders].flatMap((name) => stage.contenders.get(name) ?? [])
  const wrong = new Map<string, string>()
  for (const contender of contenders) {
    const reason = await difference(stage, workload, contender)
    if (reason !== undefined) wrong.set(contender.name, reason)
  }
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round <= plan.rounds; round += 1) {
    // Whoever went first goes last: what the machine does meanwhile meets everybody alike.
    for (const contender of round % 2 === 0 ? contenders : [...contenders].reverse()) {
      if (wrong.has(contender.name)) continue
      const warming = round === 0
      const sample = await stage.measure(contender, stage.requests(workload, contender), {
        seconds: warming ? plan.warmSeconds : plan.seconds,
      })
      if (sample.errors > 0)
        wrong.set(
          contender.name,
          `${sample.errors} wrong answers, such as ${sample.firstError?.replaceAll('\r\n', ' ') ?? ''}`,
        )
      if (!warming) samples.get(contender.name)!.push(sample)
    }
    progress(`${workload.title}: ${round === 0 ? 'warm' : `round ${round} of ${plan.rounds}`}`)
  }

  const ours = samples.get('server')!
  return contenders.map(({ name }): Row => {
    const theirs = samples.get(name)!
    const middle = (pick: (sample: Sample) => number) => median(theirs.map(pick))
    const most = workload.mostCalls
    const calls = middle((sample) => sample.calls)
    const tooMany =
      name === 'server' && most !== undefined && calls > most + 0.05
        ? `${calls.toFixed(2)} provider calls, where ${most} are enough`
        : undefined
    const against = name !== 'server' && theirs.length > 0 && theirs.length === ours.length
    return {
      workload: workload.title,
      contender: name,
      rps: middle((sample) => sample.rps),
      p50: middle((sample) => sample.p50),
      p99: middle((sample) => sample.p99),
      cpuMs: middle((sample) => sample.cpuMs),
      busy: middle((sample) => sample.busy),
      calls,
      bytes: middle((sample) => sample.bytes),
      rssMb: Math.max(...theirs.map((sample) => sample.rssMb)),
      ratio: against ? spread(theirs.map((sample, i) => ours[i]!.rps / sample.rps)) : undefined,
      cpuRatio: against ? spread(theirs.map((sample, i) => sample.cpuMs / ours[i]!.cpuMs)) : undefined,
      target: workload.targets.find((target) => target.against === name),
      void: wrong.get(name) ?? tooMany,
    }
  })
}

/** In ms. */
interface Times {
  readonly p50: number
  readonly p99: number
}

export interface Overhead {
  readonly rate: number
  /** This server's own time by its metric, rounded up to the metric's next bound. */
  readonly own: Times
  /** From request to answer, as a client sees it. */
  readonly server: Times
  readonly raw: Times
}

/** How many operations took how long, in this server's own time: counts by the upper bound in s, each with all below it. */
async function ownTimes({ port }: Contender): Promise<ReadonlyMap<number, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return new Map(
    [...text.matchAll(/^kyc_overhead_seconds_bucket\{le="(.+)"\} (\d+)$/gm)].map(([, bound, count]) => [
      bound === '+Inf' ? Infinity : Number(bound),
      Number(count),
    ]),
  )
}

/** What this server adds to the providers' time when half of what it can do is asked of it, it and the raw server taking turns. */
export async function overhead(
  stage: Stage,
  workload: Workload,
  rps: number,
  { rounds, seconds }: Pick<Plan, 'rounds' | 'seconds'>,
): Promise<Overhead> {
  const rate = Math.max(1, Math.floor(rps / 2))
  const us = stage.contenders.get('server')!
  const samples: Record<'server' | 'raw', Sample[]> = { server: [], raw: [] }
  const before = await ownTimes(us)
  for (let round = 0; round < rounds; round += 1) {
    for (const name of ['server', 'raw'] as const) {
      const contender = stage.contenders.get(name)!
      samples[name].push(await stage.measure(contender, stage.requests(workload, contender), { seconds, rate }))
    }
  }
  const after = await ownTimes(us)
  const [spent, all] = [
    [...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const),
    after.get(Infinity)! - before.get(Infinity)!,
  ]
  const within = (part: number) => spent.find(([, count]) => count >= all * part)![0] * 1000
  const middle = (times: readonly Times[]): Times => ({
    p50: median(times.map(({ p50 }) => p50)),
    p99: median(times.map(({ p99 }) => p99)),
  })
  return {
    rate,
    own: { p50: within(0.5), p99: within(0.99) },
    server: middle(samples.server),
    raw: middle(samples.raw),
  }
}

export interface Point {
  readonly at: number
  readonly calls: number
  readonly cpuMs: number
  readonly rssMb: number
  readonly rps: number
  readonly p50: number
  readonly p99: number
}

/** The cost of one operation as the page and the number of connections grow. */
export async function growth(
  stage: Stage,
  pages: (first: number) => Workload,
  connected: Workload,
  sizes: readonly number[],
  seconds: number,
  progress: (line: string) => void,
): Promise<{ pages: Point[]; connections: Point[]; errors: number }> {
  const us = stage.contenders.get('server')!
  let errors = 0
  const point = async (at: number, workload: Workload, connections: number, times: number): Promise<Point> => {
    const {
      calls,
      cpuMs,
      rssMb,
      rps,
      p50,
      p99,
      errors: wrong,
    } = await stage.measure(us, stage.requests(workload, us), { seconds, connections })
    errors += wrong
    return {
      at,
      calls: calls * times,
      cpuMs: cpuMs * times,
      rssMb,
      rps: rps / times,
      p50: p50 * times,
      p99: p99 * times,
    }
  }
  const byPage: Point[] = []
  for (const at of sizes) {
    progress(`cost as the page grows: ${at}`)
    byPage.push(await point(at, pages(at), 8, at > 100 ? at / 100 : 1))
  }
  const byConnection: Point[] = []
  for (const at of [1, 10, 100, 500, 1000]) {
    progress(`cost as connections grow: ${at}`)
    byConnection.push(await point(at, connected, at, 1))
  }
  return { pages: byPage, connections: byConnection, errors }
}
