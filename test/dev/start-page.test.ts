import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA, CROWD } from '../../datasources/emulator/people.js'
import { registerStartPage } from '../../src/dev/start-page.js'
import { startTraceReceiver, type TraceReceiver } from '../../src/dev/trace-receiver.js'
import { ATTRIBUTES } from '../../src/observability/tracing/attributes.js'
import { type App, startApp } from '../support/app.js'

let receiver: TraceReceiver
let app: App
beforeAll(async () => {
  receiver = await startTraceReceiver(ATTRIBUTES.providerCalls)
  app = await startApp({ ...receiver.settings, OTEL_BSP_SCHEDULE_DELAY: '20' }, undefined, {
    routes: (fastify) => registerStartPage(fastify, receiver.operations),
  })
})
afterAll(async () => {
  await app.close()
  await receiver.close()
})

const page = async () => {
  const response = await fetch(`${app.url}/`)
  return { csp: response.headers.get('content-security-policy'), html: await response.text() }
}

test('the start page draws the last operations from what the exporter sent, and loads nothing', async () => {
  expect((await page()).html).toContain('None yet.')
  app.fault('synctera', { match: 'GET /v0/persons', fault: 'status', status: 503 })
  const ids = CROWD.slice(0, 3).map(({ personId }, n) => `p${n}: person(id: "${personId!}") { lastName }`)
  await app.run(`query Of_${ADA.lastName} { ${ids.join(' ')} }`)
  await expect.poll(() => receiver.operations().length, { interval: 10 }).toBe(1)
  const { csp, html } = await page()
  const labels = [...html.matchAll(/<text class="label"[^>]*>([^<]*)</g)].map(([, label]) => label)
  // The first operation of a caller may wait for points of the rate limit.
  expect(labels.filter((label) => label !== 'wait: rate limit')).toEqual([
    'query',
    'synctera.personById',
    'batch · 3 keys',
    'synctera GET /v0/persons',
    'GET /v0/persons · 503',
    'wait: retry',
    'GET /v0/persons · retry 1, 200',
    'synctera.personById',
    'synctera.personById',
  ])
  expect([...html.matchAll(/<rect class="(\w+)"/g)].map(([, kind]) => kind)).toContain('failed')
  // The same as a table, for readers that see no picture.
  expect(html.split('<tr>')).toHaveLength(labels.length + 2)
  expect(html).toMatch(/<svg role="img" aria-labelledby="(w[0-9a-f]{16})".*<title id="\1">/s)
  expect(csp).toMatch(/^default-src 'none'; style-src 'nonce-/)
  expect(html).not.toMatch(/<script|src=|url\(|https?:/)
  expect(html).not.toContain(ADA.lastName)
})
