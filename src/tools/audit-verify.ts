import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type AuditConfig, ConfigError, environment, readAuditConfig } from '../config.js'
import { readAnchors } from '../audit/anchors.js'
import { deriveChainKey } from '../audit/chain.js'
import { receiptDestination } from '../erasure/receipt.js'
import type { RedisAddress } from '../store/connection.js'
import { openRedis, waitUntilReady } from '../audit/redis.js'
import { TrailVerifier } from '../audit/verifier.js'

const PROGRESS_LINES = 200_000
const STREAM_BATCH = 1_000

type Lines = AsyncIterable<{ line: string; where: string }>

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

function sources({ audit, redis }: AuditConfig, files: readonly string[]): Lines[] {
  if (files.length > 0) return files.map(ofFile)
  if ('stdout' in audit) throw new ConfigError(['AUDIT_LOG is stdout: name the files it was written to'])
  if ('stream' in audit) return [ofStream(redis!, audit.stream)]
  const receipts = receiptDestination(audit) as { readonly file: string }
  return existsSync(receipts.file) ? [ofFile(audit.file), ofFile(receipts.file)] : [ofFile(audit.file)]
}

/** `npm run audit:verify [file …]`: the files in the order they were written, or what `AUDIT_LOG` names. Answers the exit code. */
async function main(files: readonly string[]): Promise<number> {
  const config = readAuditConfig(environment())
  const keys = (config.encryptionKeys ?? []).map(deriveChainKey)
  // Read first: a chain that is being written only grows past its anchor.
  const anchored = config.redis === undefined ? undefined : await readAnchors(config.redis, keys)
  const verifier = new TrailVerifier(keys)
  let lines = 0
  for (const source of sources(config, files)) {
    for await (const { line, where } of source) {
      verifier.add(line, where)
      lines += 1
      if (lines % PROGRESS_LINES === 0) console.error(`${lines} lines …`)
    }
  }
  const { chains, entries, repeated, others, earlier, problems } = verifier.report(anchored?.anchors)
  for (const { chain, entries: count, state } of chains) console.log(`chain ${chain}: ${count} entries, ${state}`)
  console.log(
    `${lines} lines: ${chains.length} chains, ${entries} entries${repeated > 0 ? `, ${repeated} repeated` : ''}${others > 0 ? `, ${others} other lines` : ''}`,
  )
  if (keys.length === 0)
    console.log('Without STORE_ENCRYPTION_KEY only numbers and links were verified: a rewritten chain is not detected.')
  if (anchored === undefined)
    console.log('Without REDIS_URL there are no anchors: a tail that was cut off is not detected.')
  else
    console.log(
      `${anchored.anchors.length} anchors${anchored.unverified > 0 ? `, and ${anchored.unverified} under keys that are not given` : ''}`,
    )
  if (earlier > 0)
    console.log(
      `${earlier} anchored chains ended before the first line here: they are in earlier files, or were removed.`,
    )
  for (const problem of problems) console.error(problem)
  console.log(problems.length === 0 ? 'The trail is whole.' : `The trail is NOT whole: ${problems.length} problems.`)
  return problems.length === 0 ? 0 : 1
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const { code } = error as { code?: unknown }
    console.error(
      error instanceof ConfigError
        ? error.message
        : `The trail cannot be read (${typeof code === 'string' ? code : 'unknown'}).`,
    )
    process.exit(2)
  },
)
