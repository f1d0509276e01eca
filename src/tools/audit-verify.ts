import '../lifecycle/no-debugger.js'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type Anchor, readAnchors } from '../audit/anchors.js'
import { deriveChainKey } from '../audit/chain.js'
import { headsOf, newestHeads, type VerifiedCheckpoints, verifyCheckpoints } from '../audit/checkpoints/verifier.js'
import { hasAnyIn, missingCheckpoints, missingIn, type Range } from '../audit/coverage.js'
import { receiptDestination } from '../erasure/receipt.js'
import { openRedis, waitUntilReady } from '../audit/redis.js'
import { type ChainFound, TrailVerifier } from '../audit/verifier.js'
import { ConfigError, environment, readVerifyConfig, type VerifyConfig } from '../config.js'
import { KeyRingError, loadKeys } from '../keys/key-ring.js'
import type { RedisAddress } from '../store/redis-address.js'

const PROGRESS_LINES = 200_000
const STREAM_BATCH = 1_000

type Lines = AsyncIterable<{ line: string; where: string }>

/** What the command line asks for. */
interface Request {
  readonly files: readonly string[]
  /** Files, or folders of objects, with checkpoints. */
  readonly checkpoints: readonly string[]
  readonly range: Range | undefined
}

async function* ofFile(path: string): Lines {
  let number = 0
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity }))
    yield { line, where: `${path}:${(number += 1)}` }
}

async function* ofStream(address: RedisAddress, stream: string): Lines {
  const redis = openRedis(address)
  try {
    await waitUntilReady(redis)
    for (let from = '-'; ;) {
      const rows = await redis.xrange(stream, from, '+', 'COUNT', STREAM_BATCH)
      for (const [id, fields] of rows) yield { line: fields[1] ?? '', where: `${stream}:${id}` }
      if (rows.length < STREAM_BATCH) return
      from = `(${rows.at(-1)![0]}`
    }
  } finally {
    redis.disconnect()
  }
}

function sources({ audit, redis }: VerifyConfig, files: readonly string[]): Lines[] {
  if (files.length > 0) return files.map(ofFile)
  if ('stdout' in audit) throw new ConfigError(['AUDIT_LOG is stdout: name the files it was written to'])
  if ('stream' in audit) return [ofStream(redis!, audit.stream)]
  const receipts = receiptDestination(audit) as { readonly file: string }
  return existsSync(receipts.file) ? [ofFile(audit.file), ofFile(receipts.file)] : [ofFile(audit.file)]
}

/** The files of a path: itself, or all files of a folder. */
async function filesOf(path: string): Promise<readonly string[]> {
  if (!statSync(path).isDirectory()) return [path]
  const entries = await readdir(path, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function checkpointSources({ checkpoints }: VerifyConfig, paths: readonly string[]): Promise<Lines[]> {
  if (paths.length > 0) return (await Promise.all(paths.map(filesOf))).flat().map(ofFile)
  if (checkpoints === undefined) return []
  if ('file' in checkpoints) return [ofFile(checkpoints.file)]
  if ('stream' in checkpoints) return [ofStream(checkpoints.redis, checkpoints.stream)]
  throw new ConfigError([
    'AUDIT_CHECKPOINTS cannot be listed: name a file of its lines, or the folder of its objects, with --checkpoints',
  ])
}

/** The checkpoints, verified; undefined where there are none to read. */
async function readCheckpoints(
  config: VerifyConfig,
  paths: readonly string[],
): Promise<VerifiedCheckpoints | undefined> {
  const read = await checkpointSources(config, paths)
  if (read.length === 0 && paths.length === 0) return undefined
  if (config.rootKeys.length === 0)
    throw new ConfigError(['AUDIT_CHECKPOINT_PUBLIC_KEY_FILE is missing; checkpoints need it'])
  const lines: string[] = []
  for (const source of read) for await (const { line } of source) lines.push(line)
  return verifyCheckpoints(lines, config.rootKeys)
}

/** Anchors of an earlier run of the server also count as statements of checkpoints do. */
async function readStatements(config: VerifyConfig, request: Request, keys: readonly Buffer[]) {
  const chainKeys = keys.map(deriveChainKey)
  // Read first: a chain that is being written only grows past its anchor and its checkpoints.
  const anchored = config.redis === undefined ? undefined : await readAnchors(config.redis, chainKeys)
  return { chainKeys, anchored, checkpoints: await readCheckpoints(config, request.checkpoints) }
}

/** A table of the chains: when, how many entries, and how many checkpoints state them. */
function table(chains: readonly ChainFound[], checkpoints: VerifiedCheckpoints | undefined): readonly string[] {
  const counts = new Map<string, number>()
  for (const sequence of checkpoints?.sequences ?? [])
    for (const { chain } of sequence.chains) counts.set(chain, sequence.count)
  const rows = chains.map(({ chain, from, to, first, entries, state }) => {
    return [chain, from, to, String(entries - first), String(counts.get(chain) ?? '-'), state]
  })
  const all = [['chain', 'from', 'to', 'entries', 'checkpoints', 'state'], ...rows]
  const widths = all[0]!.map((_title, i) => all.reduce((widest, row) => Math.max(widest, row[i]!.length), 0))
  return all.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  )
}

/** Problems of what is missing: in the range, or without one against all that is stated. */
function missing(
  range: Range | undefined,
  chains: readonly ChainFound[],
  anchors: readonly Anchor[],
  checkpoints: VerifiedCheckpoints | undefined,
): readonly string[] {
  const evidence = { chains, anchors, sequences: checkpoints?.sequences ?? [] }
  const isEmpty = checkpoints?.sequences.length === 0 && chains.length > 0
  return [
    ...(isEmpty ? ['no valid checkpoint was found: they were removed, or never written'] : []),
    ...(range !== undefined && !hasAnyIn(range, chains)
      ? ['nothing here is of the range: no process wrote in it, or its files are missing']
      : []),
    ...(range === undefined ? missingCheckpoints({}, evidence) : missingIn(range, evidence)),
  ]
}

/** What cannot be found out for want of a setting. */
function limits(keys: readonly unknown[], anchored: unknown, checkpoints: unknown): readonly string[] {
  return [
    ...(keys.length === 0
      ? ['Without STORE_ENCRYPTION_KEY only numbers and links were verified: a rewritten chain is not detected.']
      : []),
    ...(anchored === undefined
      ? ['Without REDIS_URL there are no anchors: a tail that was cut off is not detected.']
      : []),
    ...(checkpoints === undefined
      ? ['Without AUDIT_CHECKPOINTS the holder of the keys of this server can write the trail anew.']
      : []),
  ]
}

/** Verifies, prints what was found, and answers the exit code. */
async function main(request: Request): Promise<number> {
  const config = readVerifyConfig(environment())
  const loaded = await loadKeys(config, { withRetired: true })
  const secrets = (loaded?.seals ?? []).map(({ secret }) => secret)
  const { chainKeys, anchored, checkpoints } = await readStatements(config, request, secrets)
  const { sequences = [], problems: broken = [] } = checkpoints ?? {}
  const heads = headsOf(sequences)
  const verifier = new TrailVerifier(chainKeys, { heads, since: request.range && (request.range.since ?? '') })
  let lines = 0
  for (const source of sources(config, request.files)) {
    for await (const { line, where } of source) {
      verifier.add(line, where)
      lines += 1
      if (lines % PROGRESS_LINES === 0) console.error(`${lines} lines …`)
    }
  }
  const stated = request.range === undefined ? [...(anchored?.anchors ?? []), ...newestHeads(heads)] : undefined
  const { chains, entries, repeated, others, earlier, problems: found } = verifier.report(stated)
  const problems = [...found, ...broken, ...missing(request.range, chains, anchored?.anchors ?? [], checkpoints)]
  for (const row of table(chains, checkpoints)) console.log(row)
  console.log(
    `${lines} lines: ${chains.length} chains, ${entries} entries${repeated > 0 ? `, ${repeated} repeated` : ''}${others > 0 ? `, ${others} other lines` : ''}`,
  )
  if (anchored)
    console.log(
      `${anchored.anchors.length} anchors${anchored.unverified > 0 ? `, and ${anchored.unverified} under keys that are not given` : ''}`,
    )
  if (checkpoints)
    console.log(`${sequences.reduce((sum, { count }) => sum + count, 0)} checkpoints of ${sequences.length} processes`)
  if (earlier > 0)
    console.log(
      `${earlier} chains that are stated ended before the first line here: they are in earlier files, or were removed; --since finds out.`,
    )
  for (const limit of limits(chainKeys, anchored, checkpoints)) console.log(limit)
  for (const problem of new Set(problems)) console.error(problem)
  console.log(problems.length === 0 ? 'The trail is whole.' : `The trail is NOT whole: ${problems.length} problems.`)
  return problems.length === 0 ? 0 : 1
}

/** A time of the command line in the form of the trail. */
function timeOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time.getTime()))
    throw new ConfigError([`--${name} must be a time such as 2026-01-31T00:00:00Z`])
  return time.toISOString()
}

/** `npm run audit:verify -- [--since TIME] [--until TIME] [--checkpoints PATH] [file …]`: files in the order they were written. */
function requestOf(args: readonly string[]): Request {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      since: { type: 'string' },
      until: { type: 'string' },
      checkpoints: { type: 'string', multiple: true },
    },
  })
  const since = timeOf('since', values.since)
  const until = timeOf('until', values.until)
  if (since !== undefined && until !== undefined && since > until)
    throw new ConfigError(['--since must not be later than --until'])
  return {
    files: positionals,
    checkpoints: values.checkpoints ?? [],
    range: since === undefined && until === undefined ? undefined : { since, until },
  }
}

async function run(): Promise<number> {
  try {
    return await main(requestOf(process.argv.slice(2)))
  } catch (error) {
    const { code } = error as { code?: unknown }
    console.error(
      error instanceof ConfigError || error instanceof KeyRingError
        ? error.message
        : `The trail cannot be read (${typeof code === 'string' ? code : 'unknown'}).`,
    )
    return 2
  }
}

process.exit(await run())
