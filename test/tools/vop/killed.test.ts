import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { startApp } from '../../support/app.js'
import { askedAccounts, killAfter, payeeFile, startVop } from './payee-file.js'

/** Some hundred rows; `PAYEE_ROWS=10000` is the long form, whose result is in docs/payee-files.md. */
const ROWS = Number(process.env['PAYEE_ROWS'] ?? 300)
const PATIENCE_MS = 60_000 + ROWS * 100

test(
  'a file of payees that is killed twice has each row once at the provider, and in order in its results',
  async () => {
    const app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
    try {
      const token = await app.token({ client: 'payer', scopes: ['verifications:read', 'verifications:write'] })
      const file = payeeFile(ROWS)
      const args = [file, '--url', `${app.url}/graphql`]
      const beganAt = performance.now()
      await killAfter(app, startVop(args, token), Math.ceil(ROWS * 0.3))
      await killAfter(app, startVop(args, token), Math.ceil(ROWS * 0.6))
      const last = startVop(args, token)
      expect([await last.exit, last.output()]).toEqual([
        0,
        expect.stringContaining(`${ROWS} rows, ${ROWS} with an answer, 0 without`),
      ])
      const seconds = (performance.now() - beganAt) / 1000
      const asked = askedAccounts(app)
      expect(new Set(asked).size).toBe(ROWS)
      // No other call: each row cost one.
      expect(app.calls('banfico')).toHaveLength(ROWS)
      const rows: Record<string, string>[] = parse(readFileSync(file.replace('.csv', '.results.csv')), {
        columns: true,
      })
      expect(rows.map(({ reference }) => reference)).toEqual(Array.from({ length: ROWS }, (_, i) => `invoice ${i}`))
      if (process.env['PAYEE_ROWS'])
        console.log(JSON.stringify({ rows: ROWS, kills: 2, providerCalls: asked.length, seconds: Math.round(seconds) }))
    } finally {
      await app.close()
    }
  },
  PATIENCE_MS,
)

test(
  'a run that is interrupted says how to go on and lets its lock go; a second one beside it ends at once',
  async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const file = payeeFile(1)
    const args = [file, '--url', `http://127.0.0.1:${port}/graphql`]
    const first = startVop(args, 'token')
    await once(silent, 'request')
    const second = startVop(args, 'token')
    expect([await second.exit, second.output()]).toEqual([
      5,
      expect.stringContaining(`Another run is at work on these results (process ${first.child.pid} on`),
    ])
    first.child.kill('SIGINT')
    expect([await first.exit, first.output()]).toEqual([3, expect.stringContaining('Run the same again to go on.')])
    expect(existsSync(file.replace('.csv', '.results.csv.lock'))).toBe(false)
    silent.close().closeAllConnections()
  },
  PATIENCE_MS,
)
