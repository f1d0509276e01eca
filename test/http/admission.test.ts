import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type App, startApp } from '../support/app.js'
import { createGate } from '../support/gate.js'

const PERSON = '{ persons(first: 1) { nodes { id } } }'
const TWO = '{ persons(first: 2) { nodes { id } } }'

describe('admission over HTTP, with few places', () => {
  let app: App
  beforeAll(async () => (app = await startApp({ ADMISSION: 'on', ADMISSION_MAX_CONCURRENCY: '2' })))
  afterAll(() => app.close())

  /** Lets a client hold its only place until its provider may answer. */
  async function hold(client: string, query: string) {
    const gate = createGate()
    app.clear()
    app.fault('synctera', { match: 'GET /v0/persons', fault: 'slow', until: gate.opened })
    const answer = app.run(query, {}, { client, claims: { tenant: client } })
    await expect.poll(() => app.calls('synctera').length).toBe(1)
    return { open: gate.open, answer }
  }

  it('refuses what is beyond the share of a client before it runs, retryable and with the time to wait', async () => {
    const held = await hold('busy', PERSON)
    const refused = await app.run(PERSON, {}, { client: 'busy', claims: { tenant: 'busy' } })
    expect(refused.status).toBe(429)
    expect(refused.errors[0]!.extensions).toMatchObject({ code: 'RATE_LIMITED', retryable: true })
    expect(refused.headers.get('retry-after')).toBe(String(refused.errors[0]!.extensions['retryAfterSeconds']))
    expect(app.calls('synctera')).toHaveLength(1)
    expect((await app.run('{ viewer { id } }', {}, { client: 'other', claims: { tenant: 'other' } })).status).toBe(200)
    held.open()
    expect((await held.answer).status).toBe(200)
    expect((await app.run(PERSON, {}, { client: 'busy', claims: { tenant: 'busy' } })).status).toBe(200)
  })

  it('answers health, readiness and metrics while all places are held, and tells of the refusals', async () => {
    const [a, b] = [await hold('a', PERSON), await hold('b', TWO)]
    for (const path of ['/health', '/ready']) expect((await fetch(app.url + path)).status).toBe(200)
    const metrics = await (await fetch(`${app.url}/metrics`)).text()
    expect(metrics).toMatch(/^kyc_admission_in_flight 2$/m)
    expect(metrics).toMatch(/^kyc_admission_pace [\d.]+$/m)
    expect(metrics).toMatch(/^kyc_admission_refused_total\{reason="share"\} 1$/m)
    a.open()
    b.open()
    await Promise.all([a.answer, b.answer])
  })

  it('refuses no one with ADMISSION=off', async () => {
    const open = await startApp({ ADMISSION: 'off', ADMISSION_MAX_CONCURRENCY: '1' }, app)
    const answers = await Promise.all(['a', 'a', 'b'].map((client) => open.run('{ viewer { id } }', {}, { client })))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    await open.close()
  })
})
