import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import { readArguments, UsageError } from '../../../src/tools/vop/arguments.js'
import { Stopped } from '../../../src/tools/vop/client.js'
import { ChangedFile, runFile } from '../../../src/tools/vop/run.js'
import { type App, startApp } from '../../support/app.js'
import { askedAccounts, payeeFile, POST, written } from './payee-file.js'

let app: App
let url: string
let token: string
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
  url = `${app.url}/graphql`
  token = await app.token({ client: 'payer', scopes: ['verifications:read', 'verifications:write', 'pii:read'] })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const results = (file: string): Record<string, string>[] =>
  parse(readFileSync(file.replace('.csv', '.results.csv')), { columns: true })

/** What stands between the tool and the server: each mutation meets the next of these, and passes once there is none. */
async function before(met: ('overloaded' | 'lost')[]) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const next = body.includes('mutation') ? met.shift() : undefined
      if (next === 'overloaded') {
        response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '0' })
        response.end('{"errors":[{"message":"","extensions":{"code":"OVERLOADED","retryable":true}}]}')
        return
      }
      const { authorization = '' } = request.headers
      const headers = { 'content-type': 'application/json', authorization }
      void fetch(url, { method: 'POST', headers, body })
        .then(async (answer) => [answer.status, await answer.text()] as const)
        .then(([status, text]) => (next === 'lost' ? response.destroy() : response.writeHead(status).end(text)))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    close: () => void server.close().closeAllConnections(),
  }
}

/** A run in this process; answers its report, or the error that it ends with, and what it printed. */
async function run(file: string, args: readonly string[] = [], env: Record<string, string> = { VOP_TOKEN: token }) {
  let printed = ''
  const output = { write: (text: string) => (printed += text) }
  const report = await Promise.resolve()
    .then(() => runFile(readArguments([file, '--url', url, ...args], env), output))
    .catch((error: unknown) => error as Error)
  return { report, printed }
}

describe('a file of payees', () => {
  test('has outcomes, reasons and suggested names beside its own columns, safe for spreadsheets, for the owner alone', async () => {
    const file = written(
      [
        '\uFEFFnote;Account-Number;sort code;NAME;type',
        `=1+1;${ADA.account.slice(6)};90-00-70;${ADA.firstName} ${ADA.lastName};personal`,
        '@cmd;20000002;900700;Jo Doe;',
        '"two\nlines";20000001;90 07 00;Someone Else;',
        'none;20000500;900700;Jo Doe;',
      ].join('\r\n'),
    )
    const { report } = await run(file, ['--delimiter', ';', '--types', 'NAME,STATUS'])
    expect(report).toMatchObject({ rows: 4, unanswered: 1 })
    const out = file.replace('.csv', '.results.csv')
    const rows: Record<string, string>[] = parse(readFileSync(out), { columns: true, delimiter: ';' })
    expect(rows.map((row) => [row['note'], row['vop_outcome'], row['vop_suggested_name'], row['vop_code']])).toEqual([
      ["'=1+1", expect.any(String), '', ''],
      ["'@cmd", 'PARTIAL_MATCH', 'Johan Doe', ''],
      ['two\nlines', 'NO_MATCH', '', ''],
      ['none', 'FAILED', '', 'PROVIDER_UNAVAILABLE'],
    ])
    expect([out, `${out}.journal`].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
    expect(readFileSync(`${out}.journal`, 'utf8')).not.toMatch(/Doe|2000000/)
  })

  test('with a token that shows no personal values has no suggested names', async () => {
    const masked = await app.token({ client: 'payer', scopes: ['verifications:read', 'verifications:write'] })
    const file = written('name,sort code,account number\nJo Doe,900700,20000002\n')
    expect((await run(file, ['--max-age', '0'], { VOP_TOKEN: masked })).report).toEqual({ rows: 1, unanswered: 0 })
    expect(results(file)[0]).toMatchObject({ vop_outcome: 'PARTIAL_MATCH', vop_suggested_name: '' })
  })

  test('with bad rows is refused with their lines and without their values, before anything is asked', async () => {
    const file = written('name,iban\nAnn,GB15ABBY30000012345678\n,NL94KYCG0000000001\nBob,12345678\nCy\n')
    const { report } = await run(file)
    expect(report).toBeInstanceOf(UsageError)
    expect((report as Error).message.split('\n')).toEqual([
      'line 3: name is required',
      'line 4: iban must be two letters, two digits, then 11 to 30 letters and digits',
      'line 5: the row must have 2 cells, as the header has',
      'Nothing was asked. --skip-bad checks the other rows.',
    ])
    expect(askedAccounts(app)).toEqual([])
    expect((await run(file, ['--skip-bad'])).report).toEqual({ rows: 4, unanswered: 3 })
    expect(results(file).map((row) => row['vop_outcome'])).toEqual([
      'FULL_MATCH',
      'NOT_ASKED',
      'NOT_ASKED',
      'NOT_ASKED',
    ])
  })

  test.each<[what: string, text: string, message: string]>([
    ['without rows', 'name,iban\n', 'The file has no rows.'],
    ['that is empty', '', 'line 1: the file is empty'],
    ['without a column of accounts', 'name\nAnn\n', 'line 1: the header must have the column iban'],
    ['with two columns of one name', 'iban,IBAN,name\na,b,c\n', 'line 1: two columns are named iban'],
    ['that is no CSV', 'name,iban\n"Ann,x\n', 'not valid CSV'],
  ])('%s is refused', async (_what, text, message) => {
    const { report } = await run(written(text))
    expect(report).toBeInstanceOf(UsageError)
    expect((report as Error).message).toContain(message)
  })

  test('that has changed since is told, with the line, and not asked', async () => {
    const file = payeeFile(3)
    app.fault('banfico', { match: POST, fault: 'status', status: 500, times: 0 })
    await run(file)
    writeFileSync(file, readFileSync(file, 'utf8').replace('Payee 1', 'Payee X'))
    app.clear()
    const { report } = await run(file)
    expect(report).toBeInstanceOf(ChangedFile)
    expect((report as Error).message).toContain('line 3')
    expect(askedAccounts(app)).toEqual([])
  })

  test('whose results exist already without a journal is not written over', async () => {
    const file = payeeFile(1)
    writeFileSync(file.replace('.csv', '.results.csv'), 'mine')
    expect((await run(file)).report).toBeInstanceOf(UsageError)
    expect(askedAccounts(app)).toEqual([])
  })
})

describe('a run', () => {
  test('sends again what met OVERLOADED or lost its answer, and asks no row twice', async () => {
    const file = payeeFile(120)
    const between = await before(['overloaded', 'lost', 'lost', 'overloaded'])
    const { report, printed } = await run(file, ['--url', between.url])
    between.close()
    expect(report).toEqual({ rows: 120, unanswered: 0 })
    expect(printed).toContain('The server answers OVERLOADED; waiting 1 s.')
    expect(printed).toMatch(/120 of 120 rows, .* rows\/s, done/)
    expect(new Set(askedAccounts(app)).size).toBe(120)
    expect(askedAccounts(app)).toHaveLength(120)
  })

  test.each<[what: string, scopes: readonly string[], message: string]>([
    ['without the scope', ['verifications:read'], 'The token needs the scope verifications:write'],
  ])('%s stops before anything is asked', async (_what, scopes, message) => {
    const weak = await app.token({ client: 'payer', scopes: scopes as never })
    const { report } = await run(payeeFile(1), [], { VOP_TOKEN: weak })
    expect(report).toBeInstanceOf(Stopped)
    expect((report as Error).message).toContain(message)
    expect(askedAccounts(app)).toEqual([])
  })

  test('with a token that is not valid stops, and goes on with another', async () => {
    const file = payeeFile(1)
    const { report } = await run(file, [], { VOP_TOKEN: 'nonsense' })
    expect((report as Error).message).toContain('The token is not valid')
    expect((await run(file)).report).toEqual({ rows: 1, unanswered: 0 })
  })

  test.each<[what: string, args: readonly string[]]>([
    ['an address without encryption on another machine', ['--url', 'http://bank.example/graphql']],
    ['an unknown flag', ['--faster']],
    ['no number', ['--jobs', 'many']],
    ['types that a file cannot ask for', ['--types', 'ID']],
  ])('with %s is refused', async (_what, args) => {
    expect((await run(payeeFile(1), args)).report).toBeInstanceOf(UsageError)
  })
})
