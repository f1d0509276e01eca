import { expect, test } from 'vitest'
import { runStorm } from './storm.js'

test('no webhook is lost while receivers refuse a third, a worker is killed and Redis restarts', async () => {
  const report = await runStorm({ events: 150, endpoints: 2, kills: 1, restarts: 1 })
  expect(report).toMatchObject({ webhooks: 300, delivered: 300, lost: 0, forged: 0, leaks: [] })
  expect(report.refused).toBeGreaterThan(50)
}, 120_000)
