import '../lifecycle/no-debugger.js'
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { text as readAll } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { openTrail, type Trail } from '../audit/trail.js'
import { ConfigError, environment, type ErasureConfig, readErasureConfig } from '../config.js'
import { openToolEvents, type ToolEvents } from '../security-events/open.js'
import { erasePerson, type ErasureReport } from '../erasure/erasure.js'
import type { Person } from '../erasure/person-match.js'
import { beginReceipt, exitCodeOf, isComplete, linesOf, receiptDestination } from '../erasure/receipt.js'
import type { DataKeys } from '../keys/data-keys.js'
import { KeyHolder } from '../keys/key-holder.js'
import { KeyRingError, loadKeys } from '../keys/key-ring.js'
import { errorClass } from '../observability/error-class.js'
import { StoreCipher } from '../store/cipher.js'
import { openToolStore } from '../store/tool-store.js'

const USAGE =
  'erase --ids-file FILE | --customer ID … | --person ID … | --id ID … [--bank ID] [--tenant NAME] [--by NAME] [--dry-run]: what the store holds of one person, by every id that a provider knows them by; FILE has an id a line, - is standard input'

/** Arguments that are not usable. */
class UsageError extends Error {}

interface Request {
  readonly person: Person
  readonly by: string
  readonly isDryRun: boolean
}

/** The ids of a file, one a line; `-` is standard input. Arguments can be read in the list of processes. */
async function idsIn(file: string): Promise<readonly string[]> {
  try {
    const lines = await (file === '-' ? readAll(process.stdin) : readFile(file, 'utf8'))
    return lines.split('\n').map((line) => line.trim())
  } catch (error) {
    throw new UsageError(`The file of --ids-file cannot be read (${errorClass(error)}).`)
  }
}

/** The options; their values are not checked. */
function optionsOf(args: readonly string[]) {
  const ids = { type: 'string', multiple: true } as const
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        customer: ids,
        person: ids,
        id: ids,
        'ids-file': text,
        bank: text,
        tenant: text,
        by: text,
        'dry-run': { type: 'boolean' },
      },
    }).values
  } catch {
    throw new UsageError(USAGE)
  }
}

async function readRequest(args: readonly string[]): Promise<Request> {
  const { customer = [], person = [], id = [], bank, tenant, by, ...rest } = optionsOf(args)
  const file = rest['ids-file']
  if ([bank, tenant, by, file].includes('')) throw new UsageError(USAGE)
  const listed = file === undefined ? [] : await idsIn(file)
  const ids = [...customer, ...person, ...id, ...listed].filter((found) => found !== '')
  if (ids.length === 0) throw new UsageError(USAGE)
  return { person: { ids, bank, tenant }, by: by ?? userInfo().username, isDryRun: rest['dry-run'] === true }
}

/** Refuses a tenant that the file does not name; one of the past is named as the trail writes it. */
function checkTenant({ tenant }: Person, { tenantIds }: ErasureConfig): void {
  if (tenant === undefined || tenantIds === undefined || tenantIds.includes(tenant) || /^tenant:./.test(tenant)) return
  throw new ConfigError([
    `TENANTS_FILE has no tenant of that name; one that was removed is named as the trail writes it: tenant:NAME`,
  ])
}

async function erase({ person, isDryRun }: Request, config: ErasureConfig, keys: DataKeys): Promise<ErasureReport> {
  const store = await openToolStore(config.redis!, config.redisReplicas)
  try {
    return await erasePerson(person, {
      store,
      cipher: new StoreCipher(keys),
      keyMs: config.lifetimes.keyMs,
      isDryRun,
      progress: (names) => console.error(`${names} names …`),
    })
  } finally {
    await store.close()
  }
}

/** Erases between two entries of the trail: what is to be done, and what was done. */
async function eraseOnRecord(
  request: Request,
  config: ErasureConfig,
  { keys, trail, events }: { readonly keys: DataKeys; readonly trail: Trail; readonly events: ToolEvents },
): Promise<ErasureReport> {
  const receipt = beginReceipt(request.person, request.by, trail.pseudonymOf)
  await trail.commit({ kind: 'erasure', state: 'begun', ...receipt })
  try {
    const report = await erase(request, config, keys)
    await trail.commit({ kind: 'erasure', state: isComplete(report) ? 'done' : 'incomplete', ...receipt, ...report })
    events.record({ action: 'person-erased', reason: isComplete(report) ? 'complete' : 'incomplete', receipt })
    console.log(JSON.stringify({ at: new Date().toISOString(), ...receipt, ...report }))
    return report
  } catch (error) {
    events.record({ action: 'erasure-failed', receipt })
    await trail.commit({ kind: 'erasure', state: 'failed', ...receipt }).catch(() => undefined)
    throw error
  }
}

/** `npm run erase`: erases a person from the store, with a receipt in the trail. Answers the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const request = await readRequest(args)
  const config = readErasureConfig(environment())
  checkTenant(request.person, config)
  const keys = await loadKeys(config)
  if (config.redis === undefined || keys === undefined)
    throw new ConfigError(['REDIS_URL and STORE_ENCRYPTION_KEY (or STORE_KEY_RING_FILE) are needed'])
  if (request.isDryRun) {
    const report = await erase(request, config, keys)
    for (const line of linesOf(report, true)) console.log(line)
    return exitCodeOf(report)
  }
  const audit = receiptDestination(config.audit)
  const trail = openTrail({
    config: { ...config, audit },
    keys: new KeyHolder(keys),
    changed: () => undefined,
    lost: () => undefined,
    notice: (what) => console.error(`The file of receipts was open to others (${what}).`),
    checkpointed: (cause) => cause !== undefined && console.error(`Checkpoints are not written (${cause}).`),
  })
  const events = openToolEvents(config)
  let code: number
  let lost: number
  try {
    const report = await eraseOnRecord(request, config, { keys, trail, events })
    for (const line of linesOf(report, false)) console.log(line)
    code = exitCodeOf(report)
  } finally {
    lost = await events.close()
    await trail.close()
  }
  return code === 0 && lost > 0 ? 1 : code
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isOwn = error instanceof ConfigError || error instanceof UsageError || error instanceof KeyRingError
    console.error(isOwn ? error.message : `Nothing is known to be erased (${errorClass(error)}).`)
    process.exit(2)
  },
)
