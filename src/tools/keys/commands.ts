import { ConfigError, readSecretConfig, type SecretConfig } from '../../config.js'
import { type Purpose, PURPOSES } from '../../keys/data-keys.js'
import { KeyRingError, loadKeys, parseRing, type RingKey } from '../../keys/key-ring.js'
import { retired, rewrapped, rotated, withNewKeys, withSharedKeys } from '../../keys/ring-commands.js'
import { waitUntilReady } from '../../audit/redis.js'
import { StoreCipher } from '../../store/cipher.js'
import { type KeyUsage, StoreScan, UNNAMED } from '../../store/key-usage.js'
import { RingFile } from './ring-file.js'

const PROGRESS_NAMES = 10_000

/** Where a command prints to. */
interface Output {
  readonly log: (line: string) => void
  readonly error: (line: string) => void
}

/** Prints a progress line after each ten thousand names. */
function progress({ error }: Output): (names: number) => void {
  let printed = 0
  return (names) => {
    if (names < printed + PROGRESS_NAMES) return
    printed = names
    error(`${names} names …`)
  }
}

/** What a command works on. */
interface Context {
  readonly config: SecretConfig
  readonly keyRing: NonNullable<SecretConfig['keyRing']>
  readonly ring: readonly RingKey[]
  readonly args: readonly string[]
  readonly output: Output
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

function printTable(rows: readonly (readonly string[])[], { log }: Output): void {
  const widths = rows[0]!.map((_title, i) => Math.max(...rows.map((row) => row[i]!.length)))
  for (const row of rows)
    log(
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
}

const list: Command = async ({ config, ring, output }) => {
  const usage = await onStore(config, (scan) => scan.usage(progress(output)))
  const processes = await onStore(config, (scan) => scan.processes())
  const shared = (await loadKeys({ ...config, keyRing: undefined }))?.values ?? []
  const known = new Set(ring.map(({ id }) => id))
  const outside = shared
    .filter(({ id }) => !known.has(id))
    .map(({ id }) => ({ id, purpose: 'all' as const, state: '-', created: '-', wrapping: 'STORE_ENCRYPTION_KEY' }))
  const rows = [...ring, ...outside].map((key) => {
    const uses = usage && usesOf(key, usage)
    const has = processes && `${processes.filter(({ all }) => all.has(key.id)).length}/${processes.length}`
    const counts = [String(uses?.values ?? '-'), String(uses?.names ?? '-'), has ?? '-']
    return [key.id, key.purpose, key.state, key.created, key.wrapping, ...counts]
  })
  printTable([['key', 'purpose', 'state', 'created', 'wrapped by', 'values', 'names', 'processes'], ...rows], output)
  const listed = new Set(rows.map(([id]) => id))
  for (const what of ['values', 'names'] as const)
    for (const [id, count] of usage?.[what] ?? [])
      if (!listed.has(id) && id !== UNNAMED) output.log(`${count} ${what} are under key ${id}, which is not given`)
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
  const late = processes.filter(({ all }) => pending.some(({ id }) => !all.has(id))).length
  if (late > 0)
    throw new KeyRingError(
      `${late} of ${processes.length} processes do not have the pending keys yet: give them the key ring first`,
    )
  return next
}

const rewrap: Command = ({ config, keyRing, ring }) =>
  rewrapped(ring, { wrapping: keyRing.wrapping, services: config.keyServices })

const reencrypt: Command = async ({ config, output }) => {
  const keys = (await loadKeys(config))!
  const done = await onStore(config, (scan) => scan.reencrypt(new StoreCipher(keys), progress(output)))
  if (done === undefined) throw new ConfigError(['REDIS_URL is missing'])
  output.log(`${done} values were encrypted with key ${keys.values[0]!.id}.`)
  return undefined
}

/** Refuses while a process uses a key. */
async function refuseWhileUsed(config: SecretConfig, id: string): Promise<void> {
  const processes = (await onStore(config, (scan) => scan.processes())) ?? []
  const users = processes.filter(({ current }) => current.has(id)).length
  if (users > 0) throw new KeyRingError(`${users} of ${processes.length} processes use key ${id} still`)
}

const retire: Command = async ({ config, ring, output, args: [id] }) => {
  if (id === undefined) throw new ConfigError(['name the id of the key'])
  const next = retired(ring, id)
  const key = ring.find((found) => found.id === id)!
  await refuseWhileUsed(config, id)
  const usage = await onStore(config, (scan) => scan.usage(progress(output)))
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

/** Commands that leave the ring as it is. */
const READERS: readonly string[] = ['list', 'reencrypt']

/**
 * Runs `npm run keys -- list | new [purpose …] | import | rotate [purpose …] | rewrap | reencrypt | retire ID`. Throws a
 * `ConfigError` or a `KeyRingError` where it refuses; nothing is changed then. Commands that change the ring run one at a
 * time.
 */
export async function runKeys(
  [name = 'list', ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  output: Output,
): Promise<void> {
  const command = COMMANDS[name]
  if (!command) throw new ConfigError([`commands are ${Object.keys(COMMANDS).join(', ')}`])
  const path = env['STORE_KEY_RING_FILE']
  const file = path === undefined || path === '' || READERS.includes(name) ? undefined : new RingFile(path)
  try {
    if (['new', 'import'].includes(name)) file?.begin()
    const config = readSecretConfig(env)
    const { keyRing } = config
    if (keyRing === undefined) throw new ConfigError(['STORE_KEY_RING_FILE is missing'])
    const ring = parseRing(keyRing.text)
    const next = await command({ config, keyRing, ring, args, output })
    if (next === undefined) return
    file!.replace(keyRing.text, next)
    const isChanged = ({ id, state }: RingKey) => !ring.some((before) => before.id === id && before.state === state)
    for (const { id, purpose, state } of next.filter(isChanged)) output.log(`key ${id} (${purpose}) is ${state} now`)
    output.log(`${next.length} keys are in the ring.`)
  } finally {
    file?.release()
  }
}
