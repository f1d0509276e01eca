import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ADA } from '../../../datasources/emulator/people.js'
import { atLeast, atMost, type Line, type Scenario } from '../scenario.js'
import { type Answer, startWorld, type World } from '../world.js'

const READ = `{ person(id: "${ADA.personId}") { id } }`
const WRITE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed } }'
const WRITES_PER_SECOND = 20
const READS_PER_SECOND = 20
/** The greatest p99 of the other client's reads, as a multiple of that without the writes, and its least value in ms: in the short form, a machine that CI shares. */
const MAX_RATIO = 3
const NOISE_MS = { long: 30, short: 150 }

const input = () => ({ idempotencyKey: randomUUID(), isCustomer: true, status: 'PROSPECT' })

const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? NaN

/** Sends operations at a fixed rate, however late they are answered. */
async function send(perSecond: number, seconds: number, one: () => Promise<Answer>): Promise<readonly Answer[]> {
  const answers: Promise<Answer>[] = []
  const begun = performance.now()
  for (let i = 0; i < perSecond * seconds; i += 1) {
    await delay(Math.max(0, begun + (i * 1000) / perSecond - performance.now()))
    answers.push(one())
  }
  return Promise.all(answers)
}

const failed = (answers: readonly Answer[]): number =>
  answers.filter(({ status, errors }) => status !== 200 || errors.length > 0).length

const reads = ({ query, replicas: [replica] }: World, seconds: number) =>
  send(READS_PER_SECOND, seconds, () => query(replica!, READ, {}, { client: 'reader' }))

/** One client writes faster than its provider answers; another one reads from the same provider. */
export const slowWritesScenario: Scenario = {
  name: 'slow-writes',
  title: "One client's slow writes beside another client's reads",
  async run({ isShort, folder, program, progress }) {
    const [calmSeconds, busySeconds, answerMs] = isShort ? [2, 7, 4_000] : [10, 30, 8_000]
    const world = await startWorld({ folder, program, areEmulatorsApart: true })
    try {
      const {
        query,
        replicas: [replica],
        emulators,
      } = world
      const write = () => query(replica!, WRITE, { input: input() }, { client: 'writer' })
      const sample = await write()
      if (failed([sample]) > 0) throw new Error(`a write failed: ${JSON.stringify(sample)}`)
      await reads(world, 1)
      const calm = await reads(world, calmSeconds)
      progress(
        `p99 of reads alone: ${percentile(
          calm.map(({ ms }) => ms),
          0.99,
        ).toFixed(1)} ms`,
      )
      await emulators.fault('synctera', { match: 'POST /v0/persons', fault: 'slow', delayMs: answerMs, times: 0 })
      const writes = send(WRITES_PER_SECOND, busySeconds, write)
      const busy = await reads(world, busySeconds)
      progress('the reads are answered; the writes end')
      const written = await writes
      const [before, during] = [calm, busy].map((answers) =>
        percentile(
          answers.map(({ ms }) => ms),
          0.99,
        ),
      ) as [number, number]
      const line = (name: string, answers: readonly Answer[], perSecond: number): Line => ({
        name,
        points: answers.map(({ ms }, i) => [i / perSecond, ms] as const),
      })
      return {
        checks: [
          atMost(
            'p99 of the reads beside the writes',
            during,
            Math.max(MAX_RATIO * before, isShort ? NOISE_MS.short : NOISE_MS.long),
            ' ms',
          ),
          atMost('failed reads', failed(busy), 0),
          atLeast('writes that succeeded', written.length - failed(written), 1),
        ],
        table: [
          ['', 'operations', 'failed', 'p50', 'p99'],
          ...(
            [
              ['reads alone', calm],
              ['reads beside the writes', busy],
              ['writes', written],
            ] as const
          ).map(([name, answers]) => [
            name,
            String(answers.length),
            String(failed(answers)),
            ...[0.5, 0.99].map(
              (part) =>
                `${percentile(
                  answers.map(({ ms }) => ms),
                  part,
                ).toFixed(1)} ms`,
            ),
          ]),
        ],
        panels: [
          { title: 'Time of a read', unit: ' ms', lines: [line('reads beside the writes', busy, READS_PER_SECOND)] },
        ],
      }
    } finally {
      await world.close()
    }
  },
}
