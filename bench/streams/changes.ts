import type { World } from '../../test/chaos/world.js'
import type { Replica } from '../../test/soak/replica.js'

/** Outcomes that are not final, by their digits at the emulator. */
export const OUTCOMES = [
  ['0002', 'PENDING'],
  ['0003', 'PROVISIONAL'],
  ['0004', 'REVIEW'],
  ['0006', 'UNVERIFIED'],
] as const

/** Ends a check at the emulator; a connection that was idle for too long is made once more. */
export async function setOutcome(world: World, personId: string, digits: string, tries = 3): Promise<void> {
  const url = `${world.settings['SYNCTERA_URL']}/__emulator/outcomes`
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ personId, digits })
  const status = await fetch(url, { method: 'POST', headers, body }).then(
    (response) => response.status,
    () => 0,
  )
  if (status === 204) return
  if (tries === 1) throw new Error(`the emulator answered ${status} for ${personId}`)
  await setOutcome(world, personId, digits, tries - 1)
}

/** Delivers the events of persons to a replica. */
export async function subscribeWebhooks({ settings }: World, { url }: Replica): Promise<void> {
  await fetch(`${settings['SYNCTERA_URL']}/v0/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${settings['SYNCTERA_API_KEY']}` },
    body: JSON.stringify({ url: `${url}/webhooks/synctera`, enabled_events: ['PERSON.*'], is_enabled: true }),
  })
}
