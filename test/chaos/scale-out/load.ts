import { randomUUID } from 'node:crypto'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import type { Answer, World } from '../world.js'

const TICK_MS = 10
const CREATE =
  'mutation($key: String) { createPerson(input: { idempotencyKey: $key, isCustomer: true, status: PROSPECT }) { person { id } } }'

/** Ten operations: reads of providers, reads of one's own, and a keyed write. */
const MIX: readonly ((i: number) => readonly [document: string, variables?: object])[] = [
  (i) => ['query($id: ID!) { person(id: $id) { firstName } }', { id: CROWD[i % CROWD.length]!.personId }],
  () => ['{ viewer { id } }'],
  (i) => ['query($id: ID!) { customer(id: $id) { legalName } }', { id: CROWD[i % CROWD.length]!.customerId }],
  () => [CREATE, { key: randomUUID() }],
  () => ['{ viewer { id } }'],
  () => ['query($id: ID!) { person(id: $id) { lastName verificationStatus } }', { id: ADA.personId }],
  (i) => ['query($id: ID!) { customer(id: $id) { legalName } }', { id: CROWD[(i + 7) % CROWD.length]!.customerId }],
  () => ['{ viewer { id } }'],
  (i) => ['query($id: ID!) { person(id: $id) { firstName } }', { id: CROWD[(i + 3) % CROWD.length]!.personId }],
  () => ['{ errorCodes { code } }'],
]

const isFailed = ({ status, errors, failure }: Answer): boolean =>
  status !== 200 || errors.length > 0 || failure !== undefined

/** What a load has sent. */
export interface Load {
  readonly operations: number
  readonly failed: number
}

/** Open loop: the mix at a fixed rate, whatever the answers take. */
export async function sendMix(world: World, url: string, perSecond: number, seconds: number): Promise<Load> {
  const begun = performance.now()
  const running: Promise<Answer>[] = []
  const total = Math.round(perSecond * seconds)
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, ((performance.now() - begun) / 1000) * perSecond)
      while (running.length < due) {
        const i = running.length
        running.push(world.query(url, ...MIX[i % MIX.length]!(i)))
      }
      if (running.length < total) return
      clearInterval(timer)
      resolve()
    }, TICK_MS)
  })
  const answers = await Promise.all(running)
  return { operations: total, failed: answers.filter(isFailed).length }
}
