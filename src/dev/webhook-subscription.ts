import type { Emulator } from '../../datasources/emulator/run.js'

/** Has Synctera's emulator tell a server what happens to persons, in the way in which an application subscribes at Synctera. */
export async function subscribeWebhooks(synctera: Emulator, serverUrl: string): Promise<void> {
  const response = await fetch(`${synctera.url}/v0/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${synctera.settings['SYNCTERA_API_KEY']}` },
    body: JSON.stringify({ url: `${serverUrl}/webhooks/synctera`, enabled_events: ['PERSON.*'], is_enabled: true }),
  })
  if (!response.ok) throw new Error('Development could not be prepared: the emulator takes no subscription.')
}
