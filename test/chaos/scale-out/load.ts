import { randomUUID } from 'node:crypto'
import { CROWD } from '../../../datasources/emulator/people.js'
import type { Answer, World } from '../world.js'

const TICK_MS = 10
const CREATE =
  'mutation($key: String) { createPerson(input: { idempotencyKey: $key, isCustomer: true, status: PROSPECT }) { person { id } } }'

type Operation = (i: number) => readonly [document: string, variables?: object]

const person: Operation = (i) => [
  'query($id: ID!) { person(id: $id) { firstName } }',
  { id: CROWD[i % CROWD.length]!.personId },
]
const customer: Operation = (i) => [
  'query($id: ID!) { customer(id: $id) { legalName } }',
  { id: CROWD[i % CROWD.length]!.customerId },
]
const viewer: Operation = () => ['{ viewer { id } }']
const write: Operation = () => [CREATE, { key: randomUUID() }]

/** What is measured alone. */
export const KINDS: Readonly<Record<string, Operation>> = {
  'a read without a provider': viewer,
  'a read of a provider': person,
  'a keyed write': write,
}

/** Ten operations: reads of providers, reads of the server's own, and a keyed write. */
const MIX: readonly Operation[] = [
  person,
  viewer,
  customer,
  write,
  viewer,
  person,
  customer,
  viewer,
  person,
  () => ['{ errorCodes { code } }'],
]

const isFailed = ({ status, errors, failure }: Answer): boolean =>
  status !== 200 || errors.length > 0 || failure !== undefined

/** What a load has sent. */
export interface Load {
  readonly operations: number
  readonly failed: number
}

/** Open loop: operations at a fixed rate, whatever their answers take. */
export async function sendMix(
  world: World,
  url: string,
  perSecond: number,
  seconds: number,
  mix: readonly Operation[] = MIX,
): Promise<Load> {
  const begun = performance.now()
  const running: Promise<Answer>[] = []
  const total = Math.round(perSecond * seconds)
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, ((performance.now() - begun) / 1000) * perSecond)
      while (running.length < due) {
        const i = running.length
        running.push(world.query(url, ...mix[i % mix.length]!(i)))
      }
      if (running.length < total) return
      clearInterval(timer)
      resolve()
    }, TICK_MS)
  })
  const answers = await Promise.all(running)
  return { operations: total, failed: answers.filter(isFailed).length }
}
