import { createReceiver } from './receiver.js'

const { WEBHOOK_SECRET, PORT = '8080' } = process.env
if (!WEBHOOK_SECRET) throw new Error('Set WEBHOOK_SECRET to the secret that createWebhookEndpoint answered.')

createReceiver({
  secrets: WEBHOOK_SECRET.split(' '),
  handle: ({ data }) => console.log(`${data.type} ${data.id}: ${data.state}${data.isFinal ? ' (final)' : ''}`),
}).listen(Number(PORT), () => console.log(`Receives webhooks on port ${PORT}.`))
