import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { OPS } from './callers.js'
import type { World } from './world.js'

const CLIENTS = 32
const MAX_SECONDS = 20
const PART_OF_RUN = 1 / 20
const PAGE = '{ customers(first: 25) { nodes { id legalName kycStatus person { firstName verificationStatus } } } }'

/**
 * Loads every replica for a while: a fresh process grows under load without a leak, and what it has grown by before the
 * measurement does not count.
 */
export async function warmUp({ replicas, tokenOf }: World, seconds: number): Promise<void> {
  const until = Date.now() + Math.min(MAX_SECONDS, seconds * PART_OF_RUN) * 1000
  const dispatcher = new Agent()
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokenOf(OPS)}` }
  const read = async (i: number): Promise<void> => {
    for (let next = i; Date.now() < until; next += 1) {
      const { url } = replicas[next % replicas.length]!
      const options = { dispatcher, method: 'POST', headers, body: JSON.stringify({ query: PAGE }) } as const
      const { body } = await request(`${url}/graphql`, options)
      await body.dump()
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, i) => read(i)))
  await dispatcher.close()
  // What the load leaves, such as connections and batches of the audit trail, is over before anything is counted.
  await delay(1_000)
}
