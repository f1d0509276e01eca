import { generateKeyPairSync, randomBytes, randomUUID, sign, verify } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { appendMac, createHashChain, deriveChainKey } from '../../src/audit/chain.js'
import { CheckpointSequence, type RootSigner, type Statement } from '../../src/audit/checkpoints/checkpoint.js'
import { linesSince } from '../../src/audit/checkpoints/file-lines.js'
import { readKnown } from '../../src/audit/checkpoints/known.js'
import { openCheckpointSink } from '../../src/audit/checkpoints/sinks.js'
import { headsOf, newestHeads, verifyCheckpoints } from '../../src/audit/checkpoints/verifier.js'
import { missingIn, type Range } from '../../src/audit/coverage.js'
import { openTrail } from '../../src/audit/trail.js'
import { TrailVerifier } from '../../src/audit/verifier.js'
import { readConfig } from '../../src/config.js'
import { runTool } from '../support/build.js'
import { keysOf } from '../support/keys.js'
import { addressOf, emptyDatabase } from '../support/redis.js'

const SECRET = randomBytes(32)
const KEY = deriveChainKey(SECRET)
const ROOT = generateKeyPairSync('ed25519')
const CURVE = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const root: RootSigner = { sign: (text) => Promise.resolve(sign(null, text, ROOT.privateKey)) }
const folder = () => mkdtempSync(join(tmpdir(), 'kyc-graph-checkpoints-'))
const at = (hour: number, minute = 0) => new Date(Date.UTC(2030, 0, 1, hour, minute)).toISOString()

/** A process that writes five entries from `hour` on, `minutes` apart, with a checkpoint after the 1st, 3rd and 5th. */
async function process(hour: number, known: Statement['known'], signer = root, minutes = 10) {
  const chain = createHashChain(KEY)
  const kinds = ['start', 'operation', 'operation', 'operation', 'end']
  const entries = kinds.map((kind, i) => chain.next(at(hour, i * minutes), { kind, n: i }))
  const sequence = new CheckpointSequence(signer, 60)
  const headOf = (n: number) => ({
    chain: chain.id,
    since: at(hour),
    at: at(hour, n * minutes),
    count: n + 1,
    head: entries[n]!.mac,
  })
  const statements: Statement[] = [
    { state: 'begun', chains: [headOf(0)], known: known ?? [] },
    { state: 'running', chains: [headOf(2)] },
    { state: 'ended', chains: [headOf(4)] },
  ]
  const checkpoints: string[] = []
  vi.useFakeTimers({ toFake: ['Date'] })
  for (const statement of statements) {
    vi.setSystemTime(Date.parse(statement.chains[0]!.at))
    checkpoints.push((await sequence.next(statement)).line)
  }
  vi.useRealTimers()
  return { id: chain.id, lines: entries.map(({ line }) => line), checkpoints, last: headOf(4) }
}

const macOf = (line: string): string => /"mac":"([\w-]+)"\}$/.exec(line)![1]!

type Process = Awaited<ReturnType<typeof process>>

describe('what is missing in a range', () => {
  let a: Process
  let b: Process
  /** As long as a checkpoint may be late. */
  let short: Process
  /** Writes for twelve hours; the other one begins meanwhile and names it, as its first checkpoint stated it. */
  let long: Process
  let later: Process
  beforeAll(async () => {
    a = await process(8, [])
    long = await process(8, [], root, 180)
    later = await process(17, [{ ...long.last, at: at(8), count: 1, head: macOf(long.lines[0]!) }])
    b = await process(12, [a.last])
    short = await process(12, [a.last], root, 1)
  })

  function problemsOf(lines: readonly string[], checkpoints: readonly string[], range: Range = {}) {
    const verified = verifyCheckpoints(checkpoints, [CURVE.publicKey, ROOT.publicKey])
    const verifier = new TrailVerifier([KEY], {
      heads: headsOf(verified.sequences),
      since: range.since ?? '',
    })
    lines.forEach((line, i) => verifier.add(line, String(i + 1)))
    const { chains, problems } = verifier.report(undefined)
    return [
      ...problems,
      ...verified.problems,
      ...missingIn(range, { chains, anchors: [], sequences: verified.sequences }),
    ]
  }
  const wrong = 'signature":"AAAA'

  test.each<
    [
      string,
      () => readonly [lines: readonly string[], checkpoints: readonly string[], range?: Range],
      RegExp | undefined,
    ]
  >([
    [
      'nothing, in all of it',
      () => [
        [...a.lines, ...b.lines],
        [...a.checkpoints, ...b.checkpoints],
      ],
      undefined,
    ],
    [
      'nothing, where a checkpoint came twice',
      () => [
        [...a.lines, ...b.lines],
        [...a.checkpoints, ...a.checkpoints, ...b.checkpoints],
      ],
      undefined,
    ],
    [
      'nothing, of the one process in the range',
      () => [b.lines, [...a.checkpoints, ...b.checkpoints], { since: at(11) }],
      undefined,
    ],
    [
      'nothing, of the other process in the range',
      () => [a.lines, [...a.checkpoints, ...b.checkpoints], { until: at(11) }],
      undefined,
    ],
    [
      'nothing, where a file before the range is not given',
      () => [b.lines.slice(2), [...a.checkpoints, ...b.checkpoints], { since: at(12, 25) }],
      undefined,
    ],
    [
      'nothing, where the range ends within a file',
      () => [b.lines.slice(0, 3), [...a.checkpoints, ...b.checkpoints], { since: at(11), until: at(12, 15) }],
      undefined,
    ],
    [
      'the file of a process',
      () => [b.lines, [...a.checkpoints, ...b.checkpoints], { since: at(7), until: at(13) }],
      /is stated and not here/,
    ],
    [
      'the file of a process with its checkpoints',
      () => [b.lines, b.checkpoints, { since: at(7) }],
      /is stated and not here/,
    ],
    [
      'a tail with its checkpoints',
      () => [
        [...a.lines.slice(0, 3), ...b.lines],
        [...a.checkpoints.slice(0, 2), ...b.checkpoints],
      ],
      /its tail is cut off/,
    ],
    [
      'a tail',
      () => [
        [...a.lines, ...b.lines.slice(0, -1)],
        [...a.checkpoints, ...b.checkpoints],
      ],
      /its tail is cut off/,
    ],
    [
      'the beginning of a file in the range',
      () => [[...a.lines.slice(1), ...b.lines], [...a.checkpoints, ...b.checkpoints], { since: at(7) }],
      /begins with entry 1/,
    ],
    [
      'entries up to the end of the range',
      () => [b.lines.slice(0, 3), [...a.checkpoints, ...b.checkpoints], { since: at(11), until: at(12, 35) }],
      /entries up to the end of the range/,
    ],
    [
      'a checkpoint',
      () => [
        [...a.lines, ...b.lines],
        [...a.checkpoints, ...b.checkpoints.toSpliced(1, 1)],
      ],
      /checkpoints 1 to 1 of sequence .* are missing/,
    ],
    [
      'the first checkpoint',
      () => [
        [...a.lines, ...b.lines],
        [...a.checkpoints, ...b.checkpoints.slice(1)],
      ],
      /checkpoints 0 to 0 of sequence .* are missing/,
    ],
    ['all checkpoints', () => [[...a.lines, ...b.lines], []], /no anchor and no checkpoint/],
    [
      'the last checkpoints',
      () => [
        [...a.lines, ...b.lines],
        [...a.checkpoints, ...b.checkpoints.slice(0, 1)],
      ],
      /goes on after its last checkpoint/,
    ],
    [
      'the last checkpoints of a process that a later one names',
      () => [
        [...long.lines.slice(0, -1), ...later.lines],
        [...long.checkpoints.slice(0, 1), ...later.checkpoints],
      ],
      /goes on after its last checkpoint/,
    ],
    [
      'all checkpoints of a process that a later one names, and that goes on',
      () => [[...long.lines, ...later.lines], later.checkpoints],
      /is in no checkpoint of its process/,
    ],
    [
      'the last checkpoint of a process that has ended',
      () => [
        [...a.lines, ...short.lines],
        [...a.checkpoints, ...short.checkpoints.slice(0, -1)],
      ],
      /has ended, and no checkpoint states its end/,
    ],
    [
      'nothing, where a process was killed after its last checkpoint',
      () => [
        [...a.lines, ...short.lines.slice(0, -1)],
        [...a.checkpoints, ...short.checkpoints.slice(0, -1)],
      ],
      undefined,
    ],
    [
      'the half of the last line of the sink',
      () => [
        [...a.lines, ...short.lines],
        [...a.checkpoints, ...short.checkpoints.with(2, short.checkpoints[2]!.slice(0, -60))],
      ],
      /has ended, and no checkpoint states its end/,
    ],
    [
      'the signature of the last checkpoint',
      () => [
        [...a.lines, ...short.lines],
        [
          ...a.checkpoints,
          ...short.checkpoints.with(2, short.checkpoints[2]!.replace(/,"signature":"[^"]+"(?=\}$)/, '')),
        ],
      ],
      /has ended, and no checkpoint states its end/,
    ],
    ['all checkpoints of one process', () => [[...a.lines, ...b.lines], a.checkpoints], /is in no checkpoint/],
    [
      'truth, in an edited checkpoint',
      () => [
        [...a.lines, ...b.lines],
        [...a.checkpoints, ...b.checkpoints.with(1, b.checkpoints[1]!.replace('"count":3', '"count":2'))],
      ],
      /checkpoint 1 of sequence .* was changed/,
    ],
    [
      'truth, in a checkpoint with another signature',
      () => [
        [...a.lines, ...b.lines],
        [...a.checkpoints, ...b.checkpoints.with(2, b.checkpoints[2]!.replace(/signature":"[^"]+(?="\}$)/, wrong))],
      ],
      /checkpoint 2 of sequence .* was changed/,
    ],
  ])('%s', (_what, given, problem) => {
    const problems = problemsOf(...given())
    if (problem === undefined) expect(problems).toEqual([])
    else expect(problems.join('\n')).toMatch(problem)
  })

  test('a chain that the holder of its key wrote anew', () => {
    let prev = ''
    const resealed = a.lines.map((line) => {
      const body = line.replace(/,"mac":"[\w-]+"\}$/, '}').replace(/"prev":"[\w-]*"/, `"prev":"${prev}"`)
      const { text, mac } = appendMac(KEY, body.replace(/"n":(\d)/, '"n":1$1'))
      prev = mac
      return text
    })
    expect(problemsOf([...resealed, ...b.lines], [...a.checkpoints, ...b.checkpoints]).join('\n')).toMatch(
      /entry 0 of chain .* is another one than a checkpoint states/,
    )
  })

  test('a process whose root key is another one', async () => {
    const foreign = await process(15, [], {
      sign: (text) =>
        Promise.resolve(sign('sha256', text, generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey)),
    })
    expect(problemsOf(foreign.lines, foreign.checkpoints).join('\n')).toMatch(/was not signed with a root key/)
    const known = await process(15, [], { sign: (text) => Promise.resolve(sign('sha256', text, CURVE.privateKey)) })
    expect(problemsOf(known.lines, known.checkpoints)).toEqual([])
  })

  test('nothing, of a chain with 200,000 checkpoints', () => {
    const count = 200_000
    const chains = Array.from({ length: count }, (_value, i) => ({ ...a.last, count: i + 1 }))
    const sequence = { sequence: a.id, from: at(8), to: at(9), count, hasEnded: true, every: 60, chains, known: [] }
    const found = { chain: a.id, first: 0, entries: count, from: at(8), to: at(9), state: 'ended' as const }
    const evidence = { chains: [found], anchors: [], sequences: [sequence] }
    const begun = performance.now()
    for (const range of [{}, { since: at(7), until: at(8, 20) }]) expect(missingIn(range, evidence)).toEqual([])
    expect(newestHeads(headsOf([sequence]))).toEqual([{ ...a.last, count }])
    // The lines need no signatures that are valid: they are grouped before those are verified.
    const line = (n: number) => a.checkpoints[1]!.replace('"n":1,', `"n":${n},`)
    const lines = Array.from({ length: count }, (_value, i) => line(i + 1))
    expect(verifyCheckpoints(lines, [ROOT.publicKey]).problems).toHaveLength(1)
    expect(performance.now() - begun).toBeLessThan(20_000)
  })

  test('is a command that sets its exit code', async () => {
    const place = folder()
    const file = (name: string, text: string) => (writeFileSync(join(place, name), text), join(place, name))
    mkdirSync(join(place, 'objects'))
    a.checkpoints.forEach((line, i) => file(`objects/a-${i}.json`, line))
    const rest = file('b.json', b.checkpoints.join('\n'))
    const env = {
      AUDIT_LOG: file('a.log', `${a.lines.join('\n')}\n`),
      STORE_ENCRYPTION_KEY: SECRET.toString('base64'),
      AUDIT_CHECKPOINT_PUBLIC_KEY_FILE: file(
        'root.pem',
        ROOT.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      ),
    }
    const objects = ['--checkpoints', join(place, 'objects'), '--checkpoints', rest]
    const run = (...args: string[]) =>
      runTool('audit-verify', args, env).then(({ code, stdout, stderr }) => ({ code, text: stdout + stderr }))
    mkdirSync(join(place, 'none'))
    const [empty, emptyFolder, turned, early, late, wrongTime, ahead, before] = await Promise.all([
      run('--checkpoints', file('none.json', '')),
      run('--checkpoints', join(place, 'none')),
      run('--since', at(12), '--until', at(7), ...objects),
      run('--until', at(11), ...objects),
      run('--since', at(7), ...objects),
      run('--since', 'yesterday'),
      run('--since', '2999-01-01T00:00:00Z', ...objects),
      run('--until', '2001-01-01T00:00:00Z', ...objects),
    ])
    // A range of which nothing is here is not whole, also where nothing states that something is missing.
    for (const outside of [ahead, before])
      expect(outside).toMatchObject({ code: 1, text: expect.stringContaining('nothing here is of the range') })
    for (const sink of [empty, emptyFolder])
      expect(sink).toMatchObject({ code: 1, text: expect.stringContaining('no valid checkpoint was found') })
    expect(turned).toMatchObject({ code: 2, text: expect.stringContaining('--since must not be later than --until') })
    expect(early).toMatchObject({
      code: 0,
      text: expect.stringMatching(/chain +from +to +entries +checkpoints +state[^]*The trail is whole/),
    })
    expect(late).toMatchObject({ code: 1, text: expect.stringContaining(`chain ${b.id} (`) })
    expect(wrongTime).toMatchObject({ code: 2, text: expect.stringContaining('--since must be a time') })
  })
})

async function allOf(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all
}

/** The settings of checkpoints as the server reads them, without its own. */
function checkpointsOf(settings: Readonly<Record<string, string>>) {
  const { checkpoints } = readConfig({
    SYNCTERA_URL: 'https://synctera.test',
    SYNCTERA_API_KEY: 'x',
    AUTH_ISSUER: 'x',
    AUTH_AUDIENCE: 'x',
    AUTH_JWKS_URL: 'https://issuer.test',
    AUDIT_CHECKPOINT_KEY: ROOT.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ...settings,
  })
  return checkpoints!
}

/** Runs a trail with one entry until it may end, and returns its lines. */
async function runTrail({
  file = join(folder(), 'audit.log'),
  checkpoints,
  mayEnd = () => Promise.resolve(),
}: {
  file?: string
  checkpoints?: ReturnType<typeof checkpointsOf>
  mayEnd?: () => Promise<unknown>
}) {
  const notices: string[] = []
  const causes: (string | undefined)[] = []
  const trail = openTrail({
    config: { audit: { file }, auditFsync: 'write', redis: undefined, checkpoints },
    keys: keysOf(),
    changed: () => undefined,
    lost: () => undefined,
    notice: (what) => notices.push(what),
    checkpointed: (cause) => causes.push(cause),
  })
  await trail.started
  await trail.commit({ kind: 'operation' })
  await mayEnd()
  await trail.close()
  return { file, notices, causes, lines: readFileSync(file, 'utf8').split('\n').filter(Boolean) }
}

describe('the sinks of checkpoints', () => {
  test('a file: each process names the chains of those before it', async () => {
    const file = join(folder(), 'checkpoints')
    const chains: string[] = []
    for (let i = 0; i < 2; i += 1) {
      const { lines } = await runTrail({ checkpoints: checkpointsOf({ AUDIT_CHECKPOINTS: file }) })
      chains.push((JSON.parse(lines[0]!) as { chain: string }).chain)
    }
    const { sequences, problems } = verifyCheckpoints(readFileSync(file, 'utf8').split('\n'), [ROOT.publicKey])
    expect(problems).toEqual([])
    expect(sequences).toMatchObject([{ hasEnded: true }, { hasEnded: true }])
    expect(sequences[1]!.chains).toMatchObject([{ chain: chains[1] }, { chain: chains[1], count: 3 }])
    expect(sequences[1]!.known).toMatchObject([{ chain: chains[0], count: 3 }])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  /** A head of a process that is not there. */
  const headAt = (time: number, count = 1, chain: string = randomUUID()) => {
    const moment = new Date(time).toISOString()
    return { chain, since: moment, at: moment, count, head: 'x' }
  }
  const ago = (days: number) => Date.now() - days * 24 * 3_600_000

  /** The lines of a process that made a checkpoint at each of these times. */
  async function linesAt(times: readonly number[], chain: string, signer = root) {
    const sequence = new CheckpointSequence(signer, 60)
    const lines: string[] = []
    vi.useFakeTimers({ toFake: ['Date'] })
    for (const [n, time] of times.entries()) {
      vi.setSystemTime(time)
      const state = n === 0 ? 'begun' : 'running'
      lines.push((await sequence.next({ state, chains: [headAt(time, n + 1, chain)] })).line)
    }
    vi.useRealTimers()
    return lines
  }

  /** What the first checkpoint of a process says of others, where the sink holds these lines. */
  async function knownAfter(lines: readonly string[]) {
    const file = join(folder(), 'checkpoints')
    writeFileSync(file, `${lines.join('\n')}\n`)
    // A process that ends reads no further.
    const written = () => readFileSync(file, 'utf8').split('\n').filter(Boolean)
    const hasBegun = () => expect.poll(() => written().length).toBe(lines.length + 1)
    await runTrail({ checkpoints: checkpointsOf({ AUDIT_CHECKPOINTS: file }), mayEnd: () => hasBegun() })
    const { sequences } = verifyCheckpoints(readFileSync(file, 'utf8').split('\n'), [ROOT.publicKey])
    const own = sequences.find(({ hasEnded }) => hasEnded)
    return new Map((own?.known ?? []).map(({ chain, count }) => [chain, count]))
  }

  test('a process names what other processes signed alone', async () => {
    const chain = randomUUID()
    const real = await linesAt([ago(2), ago(1)], chain)
    const foreign: RootSigner = {
      sign: (text) => Promise.resolve(sign(null, text, generateKeyPairSync('ed25519').privateKey)),
    }
    const forged = [
      ...(await linesAt([ago(1)], randomUUID(), foreign)),
      real[1]!.replace('"count":2', '"count":1000000'),
      real[0]!.replace('"count":1', '"count":1000000'),
      real[0]!.replace(/"chains":\[.*\](?=,)/, '"chains":5'),
      real[0]!.replace(/"chains":\[.*\](?=,)/, '"chains":[{}],"known":"x"'),
      '{"checkpoint":"broken',
    ]
    expect(await knownAfter([...forged, ...real, ...forged])).toEqual(new Map([[chain, 2]]))
  })

  test('lines of another form are left out where no root key is known', async () => {
    const chain = randomUUID()
    const real = await linesAt([ago(1)], chain)
    const bad = ['"chains":5', '"chains":[{}]', '"chains":[],"known":7'].map((members) =>
      real[0]!.replace(/"chains":\[.*\](?=,)/, members),
    )
    const lines = async function* () {
      yield* [...bad, ...real]
    }
    const heads = await readKnown({ since: lines, roots: [], isOver: () => false })
    expect(heads).toMatchObject([{ chain: chain, count: 1 }])
  })

  test('the chains of the last day are known also where the time is over before the rest is read', async () => {
    const [recent, earlier] = [randomUUID(), randomUUID()]
    const lines = [
      { at: ago(20), lines: await linesAt([ago(20)], earlier) },
      { at: ago(0.5), lines: await linesAt([ago(0.5)], recent) },
    ]
    let reads = 0
    const since = async function* (time: number) {
      reads += 1
      for (const { at, lines: found } of lines) if (at >= time) yield* found
    }
    const roots = [ROOT.publicKey]
    const chainsOf = async (isOver: () => boolean) =>
      (await readKnown({ since, roots, isOver })).map(({ chain }) => chain).sort()
    expect(await chainsOf(() => reads > 1 || reads === 0)).toEqual([recent])
    expect(await chainsOf(() => false)).toEqual([recent, earlier].sort())
  })

  test('a process names the chains of the last 35 days, however many lines followed them', async () => {
    const [ended, running, old] = [randomUUID(), randomUUID(), randomUUID()]
    const busy = await linesAt(
      Array.from({ length: 6_000 }, (_value, i) => ago(20) + i * 60_000),
      randomUUID(),
    )
    const begun = await linesAt([ago(60), ago(40), ago(30)], running)
    const lines = [
      ...(await linesAt([ago(50)], old)),
      ...begun.slice(0, 2),
      ...(await linesAt([ago(34)], ended)),
      begun[2]!,
      ...busy,
    ]
    expect(lines.join('').length).toBeGreaterThan(2_000_000)
    const known = await knownAfter(lines)
    expect([...known.keys()]).toHaveLength(3)
    expect(known.get(ended)).toBe(1)
    expect(known.get(running)).toBe(3)
  })

  test('the lines of a file from a time on', async () => {
    const file = join(folder(), 'checkpoints')
    const before = await linesAt(
      Array.from({ length: 6_000 }, (_value, i) => ago(90) + i * 60_000),
      randomUUID(),
    )
    const after = await linesAt([ago(1), ago(0)], randomUUID())
    writeFileSync(file, [...before, ...after].join('\n'))
    const all = await allOf(linesSince(file, 0))
    const newer = await allOf(linesSince(file, ago(35)))
    expect(all).toEqual([...before, ...after])
    expect(newer.slice(-2)).toEqual(after)
    expect(newer.length).toBeLessThan(before.length)
    expect(await allOf(linesSince(join(file, 'none'), 0))).toEqual([])
  })

  test('a stream in Redis', async () => {
    const url = await emptyDatabase()
    const redis = new Redis(url)
    const config = checkpointsOf({
      AUDIT_CHECKPOINTS: 'redis:checkpoints',
      REDIS_URL: url,
      STORE_ENCRYPTION_KEY: SECRET.toString('base64'),
    })
    await runTrail({ checkpoints: config })
    const lines = (await redis.xrange('checkpoints', '-', '+')).map(([, fields]) => fields[1]!)
    const many = Array.from({ length: 250 }, (_value, i) => `line ${i}`)
    for (const line of ['before', ...many])
      await redis.xadd('many', line === 'before' ? `${ago(36)}-0` : '*', 'checkpoint', line)
    redis.disconnect()
    const sink = openCheckpointSink({ stream: 'many', redis: addressOf(url) })
    expect(await allOf(sink.since(ago(35)))).toEqual(many)
    await sink.close()
    expect(verifyCheckpoints(lines, [ROOT.publicKey])).toMatchObject({
      problems: [],
      sequences: [{ count: 2, hasEnded: true }],
    })
  })

  test('an object store: an object for each, put again until it is there, and never over another', async () => {
    const objects = new Map<string, string>()
    const requests: { method: string; authorization: string | undefined; match: unknown }[] = []
    let failures = 1
    const store = Fastify()
    store.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    store.put('/*', (request, reply) => {
      requests.push({
        method: request.method,
        authorization: request.headers.authorization,
        match: request.headers['if-none-match'],
      })
      if ((failures -= 1) >= 0) return reply.code(503).send()
      if (objects.has(request.url)) return reply.code(412).send()
      objects.set(request.url, request.body as string)
      return reply.code(201).send()
    })
    const url = await store.listen({ port: 0, host: '127.0.0.1' })
    const config = checkpointsOf({ AUDIT_CHECKPOINTS: `${url}/trail`, AUDIT_CHECKPOINTS_TOKEN: 'checkpoint-token' })
    const { causes } = await runTrail({ checkpoints: config })
    await store.close()
    expect(causes).toEqual(['HTTP_503', undefined])
    expect(requests[0]).toEqual({ method: 'PUT', authorization: 'Bearer checkpoint-token', match: '*' })
    expect([...objects.keys()]).toEqual([
      expect.stringMatching(/^\/trail\/[\w-]{36}\/00000000\.json$/),
      expect.stringMatching(/^\/trail\/[\w-]{36}\/00000001\.json$/),
    ])
    expect(verifyCheckpoints([...objects.values()], [ROOT.publicKey])).toMatchObject({
      problems: [],
      sequences: [{ count: 2 }],
    })
  })

  test('a syslog server over a connection: its lines are verified with the header of each', async () => {
    let received = ''
    const server = createServer((socket) => socket.on('data', (part) => (received += String(part))))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    await runTrail({ checkpoints: checkpointsOf({ AUDIT_CHECKPOINTS: `syslog:tcp://127.0.0.1:${port}` }) })
    server.close()
    await expect.poll(() => received).toContain('"state":"ended"')
    expect(received).toMatch(/^\d+ <110>1 \S+ \S+ kyc-graph \d+ audit-checkpoint - \{"checkpoint":/)
    const lines = received.split(/(?=\d+ <110>1 )/).filter((line) => line.includes('{'))
    const verified = verifyCheckpoints([...lines, ...lines], [ROOT.publicKey])
    expect(verified).toMatchObject({ problems: [], sequences: [{ count: 2, hasEnded: true }] })
    const forged = lines.map((line) => line.replace(/"count":\d+/, '"count":9'))
    expect(verifyCheckpoints(forged, [ROOT.publicKey]).problems).not.toEqual([])
  })

  test.each([
    ['syslog:udp://127.0.0.1:514', 'AUDIT_CHECKPOINTS must not be syslog:udp://'],
    ['syslog:tcp://syslog.test:601', 'AUDIT_CHECKPOINTS would be reached without encryption'],
    ['syslog:tls://syslog.test', 'AUDIT_CHECKPOINTS must be syslog:udp://host:port'],
  ])('%s is refused', (AUDIT_CHECKPOINTS, problem) => {
    expect(() => checkpointsOf({ AUDIT_CHECKPOINTS })).toThrow(problem)
  })

  test('the root key of a file signs once, and is forgotten', async () => {
    const { root: signer } = checkpointsOf({ AUDIT_CHECKPOINTS: '/nowhere' })
    const text = Buffer.from('once')
    expect(verify(null, text, ROOT.publicKey, await signer.sign(text))).toBe(true)
    await expect(signer.sign(text)).rejects.toMatchObject({ code: 'KEY_FORGOTTEN' })
  })
})

describe('the file of the trail', () => {
  test.each<[string, (file: string) => void, readonly string[]]>([
    ['is new', () => undefined, []],
    ['was readable by others', (file) => (writeFileSync(file, ''), chmodSync(file, 0o644)), ['MODE_NARROWED']],
    ['is in a directory where others write', (file) => chmodSync(join(file, '..'), 0o777), ['DIRECTORY_WRITABLE']],
    ['is in such a directory with the sticky bit', (file) => chmodSync(join(file, '..'), 0o1777), []],
  ])('%s', async (_what, prepare, expected) => {
    const file = join(folder(), 'audit.log')
    prepare(file)
    const { notices, lines } = await runTrail({ file })
    expect(notices).toEqual(expected)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(lines).toHaveLength(3)
  })

  test('is not written through a symbolic link', async () => {
    const place = folder()
    writeFileSync(join(place, 'target'), '')
    symlinkSync(join(place, 'target'), join(place, 'audit.log'))
    const trail = openTrail({
      config: {
        audit: { file: join(place, 'audit.log') },
        auditFsync: 'off',
        redis: undefined,
        checkpoints: undefined,
      },
      keys: keysOf(),
      changed: () => undefined,
      lost: () => undefined,
      notice: () => undefined,
      checkpointed: () => undefined,
    })
    await expect(trail.commit({ kind: 'operation' })).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
    rmSync(join(place, 'audit.log'))
    await trail.close()
    expect(readFileSync(join(place, 'target'), 'utf8')).toBe('')
  })

  test('takes no entry after its end: what comes later is lost', async () => {
    const file = join(folder(), 'audit.log')
    let lost = 0
    const trail = openTrail({
      config: { audit: { file }, auditFsync: 'interval', redis: undefined, checkpoints: undefined },
      keys: keysOf([SECRET]),
      changed: () => undefined,
      lost: (entries) => (lost += entries),
      notice: () => undefined,
      checkpointed: () => undefined,
    })
    await trail.commit({ kind: 'operation' })
    const closed = trail.close()
    trail.append({ kind: 'operation' })
    const late = trail.commit({ kind: 'intent' })
    await expect(late).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
    await closed
    const verifier = new TrailVerifier([KEY])
    readFileSync(file, 'utf8')
      .split('\n')
      .forEach((line, i) => verifier.add(line, String(i + 1)))
    expect(verifier.report(undefined)).toMatchObject({ problems: [], chains: [{ entries: 3, state: 'ended' }] })
    expect(lost).toBe(2)
  })

  test('goes on in a new chain when the key of seals is another one', async () => {
    const file = join(folder(), 'audit.log')
    const keys = keysOf([SECRET])
    const trail = openTrail({
      config: { audit: { file }, auditFsync: 'interval', redis: undefined, checkpoints: undefined },
      keys,
      changed: () => undefined,
      lost: () => undefined,
      notice: () => undefined,
      checkpointed: () => undefined,
    })
    await trail.commit({ kind: 'operation' })
    const next = randomBytes(32)
    keys.replace(keysOf([next, SECRET]).current)
    await trail.commit({ kind: 'operation' })
    await trail.close()
    const verifier = new TrailVerifier([deriveChainKey(next), KEY])
    readFileSync(file, 'utf8')
      .split('\n')
      .forEach((line, i) => verifier.add(line, String(i + 1)))
    expect(verifier.report(undefined)).toMatchObject({
      problems: [],
      chains: [
        { entries: 3, state: 'ended' },
        { entries: 3, state: 'ended' },
      ],
    })
  })
})
