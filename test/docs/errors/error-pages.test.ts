import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type ErrorCode, ERROR_CODES } from '../../../datasources/contract/error-codes.js'
import { today } from '../../support/clock.js'
import { type Answer, answerOf } from './examples.js'
import { type Servers, startServers } from './servers.js'

const CODES = Object.keys(ERROR_CODES) as ErrorCode[]
const fileOf = (code: string): string => `docs/errors/${code}.md`
const pageOf = (code: string): string => readFileSync(fileOf(code), 'utf8')
const EXAMPLE = /HTTP (\d{3}):\n\n```json\n([^]*?)```\n/

let servers: Servers
beforeAll(async () => {
  servers = await startServers()
})
afterEach(() => {
  servers.sound.clear()
  today()
})
afterAll(async () => {
  const { sound, ...others } = servers
  await Promise.all(Object.values(others).map((server) => server.close()))
  await sound.close()
})

/**
 * Errors and data of an answer, with fixed values of what differs from one time to the next, and without the places in
 * the document and the cost, which say nothing of the error.
 */
function shown({ status, body }: Answer): Answer {
  const text = JSON.stringify({ ...(body as object), extensions: undefined })
  return {
    status,
    body: JSON.parse(text, (name, value: unknown) => {
      if (name === 'locations') return undefined
      if (name === 'retryAfterSeconds') return 30
      if (name === 'providerRequestId') return 'd3a1f0c2'
      return name === 'message' ? (value as string).replace(/begins in \d+ s/, 'begins in 30 s') : value
    }) as unknown,
  }
}

/** Writes the server's answer into the page, with `UPDATE_PAGES=1`. */
function update(code: ErrorCode, { status, body }: Answer): void {
  const block = `HTTP ${status}:\n\n\`\`\`json\n${JSON.stringify(body, null, 2).replace(/\[\s+("[^"]*")\s+\]/g, '[$1]')}\n\`\`\`\n`
  writeFileSync(
    fileOf(code),
    pageOf(code).replace(EXAMPLE, () => block),
  )
}

test('every error code has a page, and no other page is there', () => {
  expect(readdirSync('docs/errors').sort()).toEqual(CODES.map((code) => `${code}.md`).sort())
})

test.each(CODES)('the page of %s says what the source says', (code) => {
  const { meaning, httpStatuses, retryable } = ERROR_CODES[code]
  const [title, sentence, table] = pageOf(code).split('\n\n')
  const [, statuses, retry, cause] = table!
    .split('\n')[2]!
    .split('|')
    .map((cell) => cell.trim())
  expect({ title, sentence, statuses, retry }).toEqual({
    title: `# ${code}`,
    sentence: meaning,
    statuses: httpStatuses.join(', '),
    retry: code === 'OUTCOME_UNKNOWN' ? 'as the error says' : retryable ? 'yes' : 'no',
  })
  expect(cause).not.toBe('')
})

test.each(CODES)('the page of %s shows an answer of the server', async (code) => {
  const answer = shown(await answerOf(code, servers))
  if (process.env['UPDATE_PAGES'] === '1') update(code, answer)
  const [, status, example] = EXAMPLE.exec(pageOf(code))!
  expect(answer).toEqual({ status: Number(status), body: JSON.parse(example!) as unknown })
  const { errors } = answer.body as { errors: readonly { extensions: { code: string } }[] }
  expect(errors.map(({ extensions }) => extensions.code)).toEqual([code])
})
