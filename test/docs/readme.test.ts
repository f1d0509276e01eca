import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CUSTOMERS } from '../../datasources/apiture/emulator/index.js'
import { MAGIC_ACCOUNTS } from '../../datasources/banfico/emulator/magic-accounts.js'
import { NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { JOBS, REFUSED } from '../../datasources/sei/emulator/index.js'
import { OUTCOME_BY_SSN, PROBLEM_BY_SSN } from '../../datasources/synctera/emulator/index.js'
import { SCOPES } from '../../schema/scopes.js'
import { startApp } from '../support/app.js'
import { FIRST_QUERY, prepare } from '../../src/dev/welcome.js'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

test.each([
  ['scopes', Object.keys(SCOPES)],
  ['people', NAMED_PEOPLE.map(({ customerId }) => customerId)],
  ["accounts of Banfico's", MAGIC_ACCOUNTS.map(({ id }) => id)],
  ["banking customers of Apiture's", Object.values(CUSTOMERS)],
  ["accounts of SEI's", [...Object.keys(JOBS), ...Object.keys(REFUSED)]],
  ["SSNs of Synctera's", [...Object.keys(OUTCOME_BY_SSN), ...Object.keys(PROBLEM_BY_SSN)]],
])('the README knows all %s', (_what, names) => {
  expect(names.filter((name) => !README.includes(`\`${name}\``))).toEqual([])
})

test('it is deployed as `npm start` starts it', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    scripts: { start: string }
  }
  expect(README).toContain(`\n${scripts.start}\n`)
})

test('the first query is answered as the README says', async () => {
  const app = await startApp()
  const variables = await prepare(app.url, await app.token({ client: 'ops' }))
  const { data } = await app.run(FIRST_QUERY, variables, { client: 'ops' })
  const shown = JSON.parse(/```json\n([\s\S]*?)```/.exec(README)![1]!) as { data: object }
  expect(data).toEqual(shown.data)
  await app.close()
})
