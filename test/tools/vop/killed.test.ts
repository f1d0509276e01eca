import { readFileSync } from 'node:fs'
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
