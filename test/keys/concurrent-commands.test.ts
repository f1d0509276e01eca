import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import Fastify from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RingKey, ringText } from '../../src/keys/key-ring.js'
import { runKeys } from '../../src/tools/keys/commands.js'
import { RingFile } from '../../src/tools/keys/ring-file.js'
import { AWS, type KeyService, startKms } from '../support/key-services.js'
import { startProcess } from '../support/processes.js'

const SILENT = { log: () => undefined, error: () => undefined }
const app = Fastify()
let kms: KeyService
let env: Record<string, string>
let ring: string
/** Ends the wait of commands for their credentials; undefined where none waits. */
let goOn: (() => void) | undefined
let isHeld = false

beforeAll(async () => {
  kms = await startKms()
  app.get('/credentials', async () => {
    if (isHeld) await new Promise<void>((resolve) => (goOn = resolve))
    return { AccessKeyId: AWS.accessKeyId, SecretAccessKey: AWS.secretAccessKey, Token: 'session' }
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  env = {
    KEY_WRAPPING: 'aws-kms',
    AWS_REGION: AWS.region,
    AWS_KMS_KEY_ID: 'alias/kyc',
    AWS_KMS_URL: kms.url,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/credentials`,
  }
})
afterAll(async () => {
  await app.close()
  await kms.close()
})

const keys = (...args: string[]) => runKeys(args, { ...env, STORE_KEY_RING_FILE: ring }, SILENT)
const read = () => (JSON.parse(readFileSync(ring, 'utf8')) as { keys: readonly RingKey[] }).keys
const states = () =>
  read()
    .filter(({ purpose }) => purpose === 'values')
    .map(({ state }) => state)

/** A ring with a current and a previous key. */
beforeEach(async () => {
  isHeld = false
  goOn = undefined
  ring = join(mkdtempSync(join(tmpdir(), 'kyc-graph-ring-')), 'ring.json')
  await keys('new')
  await keys('rotate')
  await keys('new', 'values')
  await keys('rotate', 'values')
})

/** Runs a command that waits, does something meanwhile, and lets it end. */
async function during(args: readonly string[], act: () => Promise<void>): Promise<void> {
  isHeld = true
  // A command of one key: it asks for credentials once.
  const running = keys(...args)
  running.catch(() => undefined)
  await expect.poll(() => goOn).toBeDefined()
  isHeld = false
  try {
    await act()
  } finally {
    goOn!()
  }
  await running
}

const retire = () => keys('retire', read().find(({ state }) => state === 'previous')!.id)
const add = () => keys('new', 'values')

describe('a command that changes the ring while another one is at work', () => {
  test.each<[name: string, act: () => Promise<void>]>([
    ['retire', retire],
    ['new', add],
  ])('is refused and changes nothing: %s', async (_name, act) => {
    await during(['new', 'names'], async () => {
      const file = `its file ${ring}.new is there, made by process ${process.pid} on ${hostname()}. Wait`
      await expect(act()).rejects.toThrow(`is at work on the key ring: ${file}`)
    })
    expect(read().filter(({ purpose }) => purpose === 'names')).toHaveLength(2)
    expect(states()).toEqual(['previous', 'current'])
    await act()
    expect(states()).toEqual(act === retire ? ['retired', 'current'] : ['previous', 'current', 'pending'])
  })

  test.each([
    ['nothing', '', 'is there. Wait'],
    ['its process', 'process 7 on bank-1.example\n', 'is there, made by process 7 on bank-1.example. Wait'],
    ['a ring that was not put in place', '{"version":1,"keys":[]}\n', 'is there. Wait'],
  ])(
    'is refused by a file that another process has left with %s, which it leaves in place',
    async (_what, text, told) => {
      writeFileSync(`${ring}.new`, text)
      await expect(retire()).rejects.toThrow(told)
      await expect(retire()).rejects.toThrow('where none runs, delete the file')
      expect(readFileSync(`${ring}.new`, 'utf8')).toBe(text)
    },
  )
})

describe('a command whose new file was deleted by hand while it ran', () => {
  test('changes nothing, and leaves that of the command which began meanwhile', async () => {
    const before = readFileSync(ring, 'utf8')
    const ended = during(['new', 'names'], () => {
      rmSync(`${ring}.new`)
      // As another command has it at its beginning.
      return Promise.resolve(writeFileSync(`${ring}.new`, ''))
    })
    await expect(ended).rejects.toThrow(`the file ${ring}.new of this command was deleted while it ran`)
    expect(readFileSync(ring, 'utf8')).toBe(before)
    expect(readFileSync(`${ring}.new`, 'utf8')).toBe('')
  })

  test('is refused too where no other command has begun', async () => {
    const before = readFileSync(ring, 'utf8')
    const ended = during(['new', 'names'], () => Promise.resolve(rmSync(`${ring}.new`)))
    await expect(ended).rejects.toThrow('so the key ring was left as it is')
    expect(readFileSync(ring, 'utf8')).toBe(before)
  })
})

describe('the first command of a ring', () => {
  beforeEach(() => rmSync(ring))

  test.each<[why: string, args: readonly string[], settings: Record<string, string>, message: string]>([
    ['settings are refused', ['new'], { AWS_REGION: '' }, 'AWS_REGION'],
    ['a purpose is not known', ['new', 'colours'], {}, 'purposes are'],
    ['there is nothing to import', ['import'], {}, 'STORE_ENCRYPTION_KEY is missing'],
    ['the key service does not answer', ['new'], { AWS_KMS_URL: 'http://127.0.0.1:9' }, 'ECONNREFUSED'],
  ])('leaves none where %s', async (_why, args, settings, message) => {
    const run = runKeys(args, { ...env, ...settings, STORE_KEY_RING_FILE: ring }, SILENT)
    await expect(run).rejects.toThrow(message)
    expect(existsSync(ring)).toBe(false)
    expect(existsSync(`${ring}.new`)).toBe(false)
  })

  test('leaves an empty one that was there, and one that another command has filled', async () => {
    const empty = JSON.stringify({ version: 1, keys: [] })
    writeFileSync(ring, empty)
    await expect(keys('import')).rejects.toThrow('STORE_ENCRYPTION_KEY is missing')
    expect(readFileSync(ring, 'utf8')).toBe(empty)
    rmSync(ring)
    const filled = '{"version":1,"keys":[],"by":"hand"}'
    const ended = during(['new', 'names'], () => Promise.resolve(writeFileSync(ring, filled)))
    await expect(ended).rejects.toThrow('the key ring was replaced since the command began')
    expect(readFileSync(ring, 'utf8')).toBe(filled)
  })
})

test('nothing of what the new file held before is in the ring', async () => {
  const file = new RingFile(ring)
  writeFileSync(`${ring}.new`, 'x'.repeat(10_000))
  file.replace(readFileSync(ring, 'utf8').trim(), [])
  expect(readFileSync(ring, 'utf8')).toBe(ringText([]))
  await expect(keys('list')).resolves.toBeUndefined()
})

describe('the access to a ring', () => {
  const accessOf = () => {
    const { uid, gid, mode } = statSync(ring)
    return { uid, gid, mode: mode & 0o777 }
  }
  const isRoot = process.getuid?.() === 0

  test('stays as the operator has set it', async () => {
    expect(accessOf().mode).toBe(0o600)
    chmodSync(ring, 0o440)
    if (isRoot) chownSync(ring, 0, 12_345)
    const before = accessOf()
    await add()
    await keys('rotate', 'values')
    expect(states()).toEqual(['previous', 'previous', 'current'])
    expect(accessOf()).toEqual(before)
  })

  test.skipIf(!isRoot)('that a command cannot give the new ring refuses it, and nothing is changed', () => {
    chmodSync(dirname(ring), 0o777)
    chmodSync(ring, 0o644)
    const [text, before] = [readFileSync(ring, 'utf8'), accessOf()]
    // Another user may not enter the folders above.
    const folder = process.cwd()
    process.chdir(dirname(ring))
    process.seteuid!(65_534)
    try {
      const file = new RingFile(basename(ring))
      expect(() => file.replace(text.trim(), [])).toThrow('may not give the new key ring the owner, group and mode')
      file.release()
    } finally {
      process.seteuid!(0)
      process.chdir(folder)
    }
    expect([readFileSync(ring, 'utf8'), accessOf()]).toEqual([text, before])
    expect(existsSync(`${ring}.new`)).toBe(false)
  })
})

test('SIGUSR1 opens no debugger of a command', async () => {
  isHeld = true
  const { PATH = '' } = process.env
  const child = startProcess(process.execPath, ['--import', 'tsx', 'src/tools/keys.ts', 'new', 'names'], {
    env: { PATH, ...env, STORE_KEY_RING_FILE: ring },
  })
  const printed = child.stderr!.setEncoding('utf8').toArray()
  await expect.poll(() => goOn, { timeout: 100_000 }).toBeDefined()
  child.kill('SIGUSR1')
  isHeld = false
  goOn!()
  expect((await once(child, 'exit'))[0]).toBe(0)
  expect((await printed).join('')).not.toMatch(/debugger|inspector/i)
}, 120_000)

test('a list is printed while another command is at work', () => during(['new', 'names'], () => keys('list')))

test('a command whose ring is replaced meanwhile writes nothing over it', async () => {
  const other = JSON.stringify({ version: 1, keys: read().slice(1) })
  const replaced = during(['new', 'names'], () => Promise.resolve(writeFileSync(ring, other)))
  await expect(replaced).rejects.toThrow('the key ring was replaced since the command began')
  expect(readFileSync(ring, 'utf8')).toBe(other)
  expect(existsSync(`${ring}.new`)).toBe(false)
})

test('a command that is refused lets the next one begin', async () => {
  await expect(keys('rotate')).rejects.toThrow('there is no pending key')
  await expect(keys('retire')).rejects.toThrow('name the id of the key')
  await expect(keys('new', 'colours')).rejects.toThrow('purposes are')
  expect(existsSync(`${ring}.new`)).toBe(false)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'a command that %s ends lets the next one begin, and leaves the ring as it was',
  async (signal) => {
    isHeld = true
    const before = readFileSync(ring, 'utf8')
    const { PATH = '' } = process.env
    const child = startProcess(process.execPath, ['--import', 'tsx', 'src/tools/keys.ts', 'new', 'names'], {
      env: { PATH, ...env, STORE_KEY_RING_FILE: ring },
    })
    await expect.poll(() => goOn, { timeout: 20_000 }).toBeDefined()
    expect(existsSync(`${ring}.new`)).toBe(true)
    const ended = once(child, 'exit')
    child.kill(signal)
    expect((await ended)[0]).toBe({ SIGINT: 130, SIGTERM: 143 }[signal])
    goOn!()
    expect(existsSync(`${ring}.new`)).toBe(false)
    expect(readFileSync(ring, 'utf8')).toBe(before)
  },
  30_000,
)
