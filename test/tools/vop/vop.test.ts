import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import { readArguments, UsageError } from '../../../src/tools/vop/arguments.js'
import { Stopped } from '../../../src/tools/vop/client.js'
import { writeThrough } from '../../../src/tools/vop/disk.js'
import { Locked, RunLock } from '../../../src/tools/vop/lock.js'
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

/** An answer of something between the tool and the server. */
interface OtherAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** What stands between the tool and the server: each mutation meets the next of these, and passes once there is none. */
async function before(met: ('overloaded' | 'lost' | OtherAnswer)[]) {
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
      if (typeof next === 'object') {
        response.writeHead(next.status, { 'content-type': next.type, location: url }).end(next.body)
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
        'none;20000408;900700;Jo Doe;',
      ].join('\r\n'),
    )
    const { report } = await run(file, ['--delimiter', ';', '--types', 'NAME,STATUS'])
    expect(report).toMatchObject({ rows: 4, unanswered: 1 })
    const out = file.replace('.csv', '.results.csv')
    // Spreadsheets read UTF-8 by the mark that they wrote.
    expect(readFileSync(out, 'utf8')).toMatch(/^\uFEFFnote;/)
    const rows: Record<string, string>[] = parse(readFileSync(out), { bom: true, columns: true, delimiter: ';' })
    expect(rows.map((row) => [row['note'], row['vop_outcome'], row['vop_suggested_name'], row['vop_code']])).toEqual([
      ["'=1+1", expect.any(String), '', ''],
      ["'@cmd", 'PARTIAL_MATCH', 'Johan Doe', ''],
      ['two\nlines', 'NO_MATCH', '', ''],
      ['none', 'FAILED', '', 'PROVIDER_TIMEOUT'],
    ])
    expect([out, `${out}.journal`].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
    expect(readFileSync(`${out}.journal`, 'utf8')).not.toMatch(/Doe|2000000/)
  })

  test('made of the rows without an answer of an earlier run has new outcomes in place of the old', async () => {
    const file = written(
      'iban,vop_outcome,vop_code,name,note\nGB15ABBY30000088000001,FAILED,PROVIDER_TIMEOUT,Ann,mine\n',
    )
    expect((await run(file)).report).toEqual({ rows: 1, unanswered: 0 })
    expect(readFileSync(file.replace('.csv', '.results.csv'), 'utf8')).toBe(
      'iban,name,note,vop_outcome,vop_reason,vop_suggested_name,vop_code\n' +
        'GB15ABBY30000088000001,Ann,mine,UNABLE_TO_MATCH,NOT_FOUND AC01,,\n',
    )
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
    ['with other separators', '\uFEFFname;iban\nAnn;x\n', 'if a semicolon separates its columns, use --delimiter'],
    ['with tabs', 'name\tiban\nAnn\tx\n', 'if a tab separates its columns, use --delimiter'],
    ['with a name without letters', 'name,iban\n-,GB15ABBY30000012345678\n', 'line 2: name must hold a name'],
    ['with a name of two lines', 'name,iban\n"An\nn",GB15ABBY30000012345678\n', 'line 3: name must be one line'],
    ['that is no CSV', 'name,iban\n"Ann,x\n', 'line 2: not valid CSV: a quotation mark is not closed'],
    ['with a mark within a cell', 'name,iban\nAn"n",x\n', 'line 2: not valid CSV: quotation marks within a cell'],
    [
      'with a row that is too long',
      `name,iban\n${'A'.repeat(70_000)},x\n`,
      'line 2: not valid CSV: the row is too long',
    ],
  ])('%s is refused', async (_what, text, message) => {
    const { report } = await run(written(text))
    expect(report).toBeInstanceOf(UsageError)
    expect((report as Error).message).toContain(message)
  })

  test('that is not UTF-8 is refused, and asked with what is readable', async () => {
    const file = written('')
    writeFileSync(file, Buffer.from('name,iban\nJosé,GB15ABBY30000012345678\nAnn,GB15ABBY30000012345679\n', 'latin1'))
    expect(((await run(file)).report as Error).message).toContain('line 2: the row is not UTF-8')
    expect((await run(file, ['--skip-bad'])).report).toEqual({ rows: 2, unanswered: 1 })
    expect(askedAccounts(app)).toEqual(['GB15ABBY30000012345679'])
  })

  test('with tabs and equal rows has each row, and the bank is asked once', async () => {
    const row = 'Payee\tIBAN: gb15 abby 3000 0077 0000 01\tx'
    const file = written(`name\tiban\tnote\n${row}\n${row}\n`)
    expect((await run(file, ['--delimiter', 'tab'])).report).toEqual({ rows: 2, unanswered: 0 })
    expect(askedAccounts(app)).toEqual(['GB15ABBY30000077000001'])
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

describe('the results', () => {
  const places = (file: string) => {
    const out = file.replace('.csv', '.results.csv')
    return { out, journal: `${out}.journal`, lock: `${out}.lock` }
  }
  /** A run that has ended, of which the calls are forgotten. */
  async function ended(count: number) {
    const file = payeeFile(count)
    expect((await run(file)).report).toEqual({ rows: count, unanswered: 0 })
    app.clear()
    return { file, ...places(file) }
  }

  test.each<[what: string, change: (text: string) => string]>([
    ['edited', (text) => text.replace('Payee 1', 'Payee X')],
    ['cut off within a line', (text) => text.slice(0, -5)],
    ['continued', (text) => `${text}a line\n`],
    ['emptied', () => ''],
  ])('that were %s since are told, stay as they are, and nothing is asked', async (_what, change) => {
    const { file, out } = await ended(3)
    const changed = change(readFileSync(out, 'utf8'))
    writeFileSync(out, changed)
    const { report } = await run(file)
    expect(report).toBeInstanceOf(ChangedFile)
    expect((report as Error).message).toContain('The results file is not as this run wrote it')
    expect(readFileSync(out, 'utf8')).toBe(changed)
    expect(askedAccounts(app)).toEqual([])
  })

  test('of a batch that was being written are written again, from its job', async () => {
    const { file, out, journal } = await ended(3)
    const whole = readFileSync(out, 'utf8')
    const lines = readFileSync(journal, 'utf8').split('\n')
    writeFileSync(journal, `${lines.slice(0, 3).join('\n')}\n${lines[3]!.slice(0, 20)}`)
    writeFileSync(out, whole.slice(0, -9))
    expect((await run(file)).report).toEqual({ rows: 3, unanswered: 0 })
    expect(readFileSync(out, 'utf8')).toBe(whole)
    expect(askedAccounts(app)).toEqual([])
  })

  test.each(['no JSON', 'null', '{"kind":"other"}'])('of a journal with the line %s are refused', async (line) => {
    const { file, journal } = await ended(1)
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('\n', `\n${line}\n`))
    expect(((await run(file)).report as Error).message).toContain('damaged')
  })

  test.each(['', '.journal'])('are written through no symbolic link (%s)', async (suffix) => {
    const file = payeeFile(1)
    const target = join(dirname(file), 'elsewhere')
    symlinkSync(target, `${places(file).out}${suffix}`)
    expect(((await run(file)).report as Error).message).toContain('ELOOP')
    expect(existsSync(target)).toBe(false)
  })

  test('have a journal for the owner alone, also where a file was there', async () => {
    const file = payeeFile(1)
    const { journal } = places(file)
    writeFileSync(journal, '', { mode: 0o644 })
    await run(file)
    expect(statSync(journal).mode & 0o777).toBe(0o600)
  })

  test('are refused where they cannot be written', async () => {
    const { report } = await run(payeeFile(1), ['--out', '/no/such/folder/results.csv'])
    expect(report).toBeInstanceOf(UsageError)
    expect((report as Error).message).toContain('ENOENT')
  })

  test.runIf(existsSync('/dev/full'))('stop a run whose disk is full, with what to do', () => {
    const full = openSync('/dev/full', 'a')
    expect(() => writeThrough(full, 'text')).toThrow(/ENOSPC.*run the same again/)
    closeSync(full)
  })

  test('are those of one run at a time', async () => {
    const { file, lock } = await ended(1)
    const other = new RunLock(lock)
    const { report } = await run(file)
    expect(report).toBeInstanceOf(Locked)
    expect((report as Error).message).toContain(`process ${process.pid}`)
    other.release()
    expect((await run(file)).report).toEqual({ rows: 1, unanswered: 0 })
    expect(existsSync(lock)).toBe(false)
  })

  const here = { host: hostname(), began: '', id: 'other' }
  test.each<[what: string, owner: string, isHeld: boolean]>([
    ['a process that has ended', JSON.stringify({ ...here, pid: 2 ** 22 + 1 }), false],
    ['an earlier process of the same number', JSON.stringify({ ...here, pid: process.pid, began: '1' }), false],
    ['a process of another machine', JSON.stringify({ ...here, pid: 2 ** 22 + 1, host: 'other.example' }), true],
    ['a process that is about to write its name', '', true],
  ])('locked by %s', async (_what, owner, isHeld) => {
    const { file, lock } = await ended(1)
    writeFileSync(lock, owner)
    const { report } = await run(file)
    if (isHeld) expect(report).toBeInstanceOf(Locked)
    else expect(report).toEqual({ rows: 1, unanswered: 0 })
    expect(existsSync(lock)).toBe(isHeld)
  })
})

describe('a run', () => {
  test.each<[what: string, answer: OtherAnswer, message: string]>([
    ['a 401 of a gateway', { status: 401, type: 'text/html', body: '<p>no</p>' }, 'Renew it, and run the same again'],
    ['a page', { status: 200, type: 'text/html', body: '<p>Ann</p>' }, '--url must be the address of the GraphQL API'],
    ['an empty result', { status: 200, type: 'application/json', body: 'null' }, '--url must be the address'],
    ['an address that has moved', { status: 302, type: 'text/plain', body: '' }, 'The server answers the status 302'],
    ['404', { status: 404, type: 'text/plain', body: 'Ann' }, 'The server answers the status 404'],
  ])('that meets %s stops at once, and goes on', async (_what, answer, message) => {
    const file = payeeFile(2)
    const between = await before([answer])
    const { report, printed } = await run(file, ['--url', between.url])
    between.close()
    expect(report).toBeInstanceOf(Stopped)
    expect((report as Error).message).toContain(message)
    expect((report as Error).message + printed).not.toMatch(/Ann|Payee|GB15/)
    expect((await run(file)).report).toEqual({ rows: 2, unanswered: 0 })
    expect(askedAccounts(app)).toHaveLength(2)
  })

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
