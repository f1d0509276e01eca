import { expect, test } from 'vitest'
import { codeOf } from './support/documented.js'
import { beginPayeeCheck } from './support/payee-check.js'
import { run } from './support/run.js'
import { HERE } from './support/scratch.js'
import { endpoint, tokenOf } from './support/server-client.js'

/** The bank may have answered before a busy machine has started curl; then the check is made again. */
const AGAIN = { retry: 2 }

test('the command that docs/subscriptions.md shows prints each state up to the end', AGAIN, async () => {
  const command = codeOf('subscriptions.md', 'Server-sent events', 'sh')
    .replace('https://kyc.example/graphql', endpoint)
    .replace('"id":"…"', `"id":"${await beginPayeeCheck()}"`)
  expect(command).toContain('curl -N')
  expect(command).not.toContain('…')
  const { code, output } = await run('sh', ['-euc', command], HERE, { TOKEN: tokenOf('ops') })
  expect(code).toBe(0)
  // The progress of curl goes to the standard error.
  const events = [...output.matchAll(/^event: (\w+)\ndata: ?(.*)$/gm)].map(([, event, data]) => [
    event,
    data === '' ? null : (JSON.parse(data!) as { data: unknown }).data,
  ])
  expect(events).toEqual([
    ['next', { verificationResult: { state: 'PENDING', account: null } }],
    ['next', { verificationResult: { state: 'COMPLETED', account: { status: 'ACTIVE' } } }],
    ['complete', null],
  ])
})
