import type { Emulator } from '../../datasources/emulator/run.js'

/** Subscribes a server to the events of persons and cases of Synctera's emulator, by Synctera's own API. */
export async function subscribeWebhooks(synctera: Emulator, serverUrl: string): Promise<void> {
  const response = await fetch(`${synctera.url}/v0/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${synctera.settings['SYNCTERA_API_KEY']}` },
    body: JSON.stringify({
      url: `${serverUrl}/webhooks/synctera`,
      enabled_events: ['PERSON.*', 'CASE.*'],
      is_enabled: true,
    }),
  })
  if (!response.ok) throw new Error('The emulator of Synctera refused the webhook subscription.')
}
