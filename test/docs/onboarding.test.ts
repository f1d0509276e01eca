import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PERSONAS } from '../../src/dev/personas.js'
import { subscribeWebhooks } from '../../src/dev/webhook-subscription.js'
import { type App, startApp } from '../support/app.js'

const PAGE = readFileSync('docs/onboarding.md', 'utf8')
const [STEPS, REVIEWED] = PAGE.split('\n## With disclosures, a document and monitoring\n') as [string, string]
const commandsOf = (page: string): string[] =>
  [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, commands]) => commands!)
const { scopes } = PERSONAS.find(({ client }) => client === 'partner')!

let app: App
beforeAll(async () => {
  app = await startApp()
  await subscribeWebhooks(app.emulators.synctera, app.url)
})
afterAll(() => app.close())

interface Answer {
  readonly data?: Record<string, unknown>
  readonly errors?: unknown
}

/** Runs commands of the page in one shell, with the addresses of the test in place of development's; what they print. */
async function run(commands: readonly string[], client: string): Promise<Answer[]> {
  const script = commands
    .join('\n')
    .replaceAll('http://127.0.0.1:4000', app.url)
    .replaceAll('http://127.0.0.1:4002', app.emulators.synctera.url)
  const shell = spawn('bash', ['-euc', script], {
    env: { PATH: process.env['PATH'], PARTNER: await app.token({ client, scopes }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [printed, complaints] = await Promise.all([text(shell.stdout), text(shell.stderr)])
  expect(complaints).toBe('')
  return printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer)
}

test('the steps of the page end with a customer who is verified and entitled', async () => {
  const answers = await run(commandsOf(STEPS), 'partner')
  expect(answers.map(({ errors }) => errors)).toEqual(Array(10).fill(undefined))
  expect(answers.at(-1)!.data).toMatchObject({
    customer: { kycOverview: { status: 'ACCEPTED' }, accountEntitlements: { confirmed: true } },
  })
})

test('the steps for a check that ends in REVIEW end with an accepted person who is monitored', async () => {
  const [helpers] = commandsOf(STEPS)
  const answers = await run([helpers!, ...commandsOf(REVIEWED)], 'other-partner')
  expect(answers.map(({ errors }) => errors)).toEqual(Array(answers.length).fill(undefined))
  const shown = (name: string) => answers.flatMap(({ data }) => data?.[name] ?? [])
  expect(shown('verifyPerson')).toMatchObject([
    { verification: { status: 'REVIEW' } },
    { verification: { status: 'PENDING' } },
  ])
  expect(shown('person')).toMatchObject([{ verificationStatus: 'ACCEPTED' }])
  expect(shown('subscribeToMonitoring')).toHaveLength(1)
})
