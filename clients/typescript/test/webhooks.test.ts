import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { verifyWebhook, WebhookVerificationError } from '../src/webhooks.js'

const SECRET = `whsec_${btoa('a secret of the endpoint 1234567')}`
const OTHER = `whsec_${btoa('another secret of the endpoint 7')}`
const ID = 'msg_1'
const BODY = '{"type":"verificationResult","data":{"id":"ü"}}'
const AT = new Date('2026-01-01T00:00:00Z')
const now = AT.getTime()

const signature = (secret: string, id = ID, at = AT, body = BODY) => new Webhook(secret).sign(id, at, body)
const headersOf = (...signatures: string[]) => ({
  'Webhook-Id': ID,
  'webhook-timestamp': String(now / 1_000),
  'webhook-signature': signatures.join(' '),
})

test.each([
  ['one signature', headersOf(signature(SECRET)), SECRET],
  ['the second signature', headersOf(signature(OTHER), signature(SECRET)), SECRET],
  ['the second secret', headersOf(signature(OTHER)), [SECRET, OTHER]],
  ['a signature beside one of another version', headersOf('v1a,AAAA', signature(SECRET)), SECRET],
  ['headers of fetch', new Headers(headersOf(signature(SECRET))), SECRET],
  ['a secret without its prefix', headersOf(signature(SECRET)), SECRET.slice('whsec_'.length)],
])('accepts %s of the package standardwebhooks', async (_title, headers, secrets) => {
  const verified = await verifyWebhook(BODY, headers, { secrets, now })
  expect(verified).toEqual({ id: ID, timestamp: AT, payload: JSON.parse(BODY) as unknown })
})

test('accepts a body as bytes', async () => {
  const bytes = new TextEncoder().encode(BODY)
  const { payload } = await verifyWebhook(bytes, headersOf(signature(SECRET)), { secrets: SECRET, now })
  expect(payload).toEqual(JSON.parse(BODY))
})

test.each([
  ['another secret', BODY, headersOf(signature(OTHER)), now],
  ['another body', `${BODY} `, headersOf(signature(SECRET)), now],
  ['another id', BODY, headersOf(signature(SECRET, 'msg_2')), now],
  ['another time', BODY, headersOf(signature(SECRET, ID, new Date(now + 1_000))), now],
  ['a time in the past', BODY, headersOf(signature(SECRET)), now + 301_000],
  ['a time in the future', BODY, headersOf(signature(SECRET)), now - 301_000],
  ['a time that is no number', BODY, { ...headersOf(signature(SECRET)), 'webhook-timestamp': '1e9' }, now],
  ['no signature', BODY, headersOf(), now],
  ['a signature that is no base64', BODY, headersOf('v1,?'), now],
  ['an empty signature', BODY, headersOf('v1,'), now],
  ['a signature that is cut off', BODY, headersOf(signature(SECRET).slice(0, -4)), now],
  ['a signature without its version', BODY, headersOf(signature(SECRET).slice('v1,'.length)), now],
])('refuses %s', async (_title, body, headers, at) => {
  await expect(verifyWebhook(body, headers, { secrets: SECRET, now: at })).rejects.toThrow(WebhookVerificationError)
})

test.each([
  ['webhook-signature', 'v1,é'],
  ['webhook-signature', 'v1,\uDCE9'],
  ['webhook-signature', 'v1'],
  ['webhook-signature', ''],
  ['webhook-timestamp', '1e9'],
  ['webhook-timestamp', '١'],
  ['webhook-timestamp', `${now / 1_000}\n`],
  ['webhook-timestamp', '9'.repeat(12)],
  ['webhook-timestamp', '9'.repeat(400)],
  ['webhook-timestamp', '-1'],
  ['webhook-timestamp', ''],
  ['Webhook-Id', 'é'],
  ['Webhook-Id', '\uDCE9'],
  ['Webhook-Id', ''],
])('refuses the header %s %j', async (name, value) => {
  const headers = { ...headersOf(signature(SECRET)), [name]: value }
  await expect(verifyWebhook(BODY, headers, { secrets: SECRET, now })).rejects.toThrow(WebhookVerificationError)
})

test.each([[[]], [''], ['whsec_é'], ['whsec_'], ['whsec_?']])('takes no secrets like %j', async (secrets) => {
  await expect(verifyWebhook(BODY, headersOf(signature(SECRET)), { secrets, now })).rejects.toThrow(TypeError)
})
