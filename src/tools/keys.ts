import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { ConfigError, environment, readSecretConfig, type SecretConfig } from '../config.js'
import { type Purpose, PURPOSES } from '../keys/data-keys.js'
import { KeyRingError, loadKeys, parseRing, type RingKey, ringText } from '../keys/key-ring.js'
import { retired, rewrapped, rotated, withNewKeys, withSharedKeys } from '../keys/ring-commands.js'
import { errorClass } from '../observability/error-class.js'
import { waitUntilReady } from '../audit/redis.js'
import { StoreCipher } from '../store/cipher.js'
import { type KeyUsage, StoreScan, UNNAMED } from '../store/key-usage.js'

const PROGRESS_NAMES = 10_000

/** Prints a progress line after each ten thousand names. */
function progress(): (names: number) => void {
  let printed = 0
  return (names) => {
    if (names < printed + PROGRESS_NAMES) return
    printed = names
    console.error(`${names} names …`)
  }
}

/** What a command works on. */
interface Context {
  readonly config: SecretConfig
  readonly keyRing: NonNullable<SecretConfig['keyRing']>
  readonly ring: readonly RingKey[]
  readonly args: readonly string[]
}

type Command = (context: Context) => Promise<readonly RingKey[] | undefined>

/** Runs a task on the store; undefined without `REDIS_URL`, where no other process has a store. */
async function onStore<T>({ redis }: SecretConfig, task: (scan: StoreScan) => Promise<T>): Promise<T | undefined> {
  if (redis === undefined) return undefined
  const scan = new StoreScan(redis)
  try {
    await waitUntilReady(scan.redis)
    return await task(scan)
  } finally {
    scan.close()
  }
}

function purposesOf(args: readonly string[]): readonly Purpose[] {
  const unknown = args.find((arg) => !PURPOSES.some((purpose) => purpose === arg))
  if (unknown !== undefined) throw new ConfigError([`purposes are ${PURPOSES.join(', ')}`])
  return args.length === 0 ? PURPOSES : PURPOSES.filter((purpose) => args.includes(purpose))
}

/** How many values need a key: encrypted with it, or named under it. */
function usesOf({ id, purpose }: Pick<RingKey, 'id' | 'purpose'>, { values, names }: KeyUsage) {
  return {
    values: values.get(id) ?? 0,
    names: names.get(id) ?? (purpose === 'all' ? (names.get(UNNAMED) ?? 0) : 0),
  }
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_title, i) => Math.max(...rows.map((row) => row[i]!.length)))
  for (const row of rows)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
}

const list: Command = async ({ config, ring }) => {
  const usage = await onStore(config, (scan) => scan.usage(progress()))
  const processes = await onStore(config, (scan) => scan.processes())
  const shared = (await loadKeys({ ...config, keyRing: undefined }))?.values ?? []
  const known = new Set(ring.map(({ id }) => id))
  const outside = shared
    .filter(({ id }) => !known.has(id))
    .map(({ id }) => ({ id, purpose: 'all' as const, state: '-', created: '-', wrapping: 'STORE_ENCRYPTION_KEY' }))
  const rows = [...ring, ...outside].map((key) => {
    const uses = usage && usesOf(key, usage)
    const has = processes && `${processes.filter((ids) => ids.has(key.id)).length}/${processes.length}`
    const counts = [String(uses?.values ?? '-'), String(uses?.names ?? '-'), has ?? '-']
    return [key.id, key.purpose, key.state, key.created, key.wrapping, ...counts]
  })
  printTable([['key', 'purpose', 'state', 'created', 'wrapped by', 'values', 'names', 'processes'], ...rows])
  const listed = new Set(rows.map(([id]) => id))
  const foreign = [...(usage?.values ?? [])].filter(([id]) => !listed.has(id))
  for (const [id, count] of foreign) console.log(`${count} values are under key ${id}, which is not given`)
  return undefined
}

const create: Command = async ({ config, keyRing, ring, args }) =>
  withNewKeys(ring, purposesOf(args), { wrapping: keyRing.wrapping, services: config.keyServices })

const take: Command = async ({ config, keyRing, ring }) => {
  if (config.encryptionKeys === undefined) throw new ConfigError(['STORE_ENCRYPTION_KEY is missing'])
  return withSharedKeys(ring, config.encryptionKeys, { wrapping: keyRing.wrapping, services: config.keyServices })
}

const rotate: Command = async ({ config, ring, args }) => {
  const purposes = purposesOf(args)
  const next = rotated(ring, purposes)
  const pending = ring.filter(({ state, purpose }) => state === 'pending' && purposes.some((name) => name === purpose))
  const processes = (await onStore(config, (scan) => scan.processes())) ?? []
  const late = processes.filter((ids) => pending.some(({ id }) => !ids.has(id))).length
  if (late > 0)
    throw new KeyRingError(
      `${late} of ${processes.length} processes do not have the pending keys yet: give them the key ring first`,
    )
  return next
}

const rewrap: Command = ({ config, keyRing, ring }) =>
  rewrapped(ring, { wrapping: keyRing.wrapping, services: config.keyServices })

const reencrypt: Command = async ({ config }) => {
  const keys = (await loadKeys(config))!
  const done = await onStore(config, (scan) => scan.reencrypt(new StoreCipher(keys), progress()))
  if (done === undefined) throw new ConfigError(['REDIS_URL is missing'])
  console.log(`${done} values were encrypted with key ${keys.values[0]!.id}.`)
  return undefined
}

const retire: Command = async ({ config, ring, args: [id] }) => {
  if (id === undefined) throw new ConfigError(['name the id of the key'])
  const next = retired(ring, id)
  const key = ring.find((found) => found.id === id)!
  const usage = await onStore(config, (scan) => scan.usage(progress()))
  const { values, names } = usage ? usesOf(key, usage) : { values: 0, names: 0 }
  if (values + names > 0)
    throw new KeyRingError(`key ${id} is needed: Redis holds ${values} values and ${names} names under it`)
  return next
}

const COMMANDS: Readonly<Record<string, Command>> = {
  list,
  new: create,
  import: take,
  rotate,
  rewrap,
  reencrypt,
  retire,
}

/** Writes the ring: all of it or nothing. Another command that runs at the same time fails. */
function writeRing(path: string, ring: readonly RingKey[]): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, 'wx', 0o600)
  try {
    writeSync(file, ringText(ring))
    fsyncSync(file)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}

/** `npm run keys -- list | new [purpose …] | import | rotate [purpose …] | rewrap | reencrypt | retire ID`. Answers the exit code. */
async function main([name = 'list', ...args]: readonly string[]): Promise<number> {
  const command = COMMANDS[name]
  if (!command) throw new ConfigError([`commands are ${Object.keys(COMMANDS).join(', ')}`])
  const env = environment()
  const path = env['STORE_KEY_RING_FILE']
  if (path !== undefined && path !== '' && !existsSync(path) && ['new', 'import'].includes(name)) writeRing(path, [])
  const config = readSecretConfig(env)
  const { keyRing } = config
  if (keyRing === undefined) throw new ConfigError(['STORE_KEY_RING_FILE is missing'])
  const ring = parseRing(keyRing.text)
  const next = await command({ config, keyRing, ring, args })
  if (next === undefined) return 0
  writeRing(keyRing.path, next)
  for (const { id, purpose, state } of next.filter(
    (key) => !ring.some((before) => before.id === key.id && before.state === key.state),
  ))
    console.log(`key ${id} (${purpose}) is ${state} now`)
  console.log(`${next.length} keys are in the ring.`)
  return 0
}

async function run(): Promise<number> {
  try {
    return await main(process.argv.slice(2))
  } catch (error) {
    const isKnown = error instanceof ConfigError || error instanceof KeyRingError
    console.error(isKnown ? error.message : `The command failed (${errorClass(error)}).`)
    return isKnown ? 1 : 2
  }
}

process.exit(await run())
