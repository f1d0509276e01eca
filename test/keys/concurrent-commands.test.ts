import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RingKey } from '../../src/keys/key-ring.js'
import { runKeys } from '../../src/tools/keys/commands.js'
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
      await expect(act()).rejects.toThrow(`is at work on the key ring: its file ${ring}.new is there`)
    })
    expect(read().filter(({ purpose }) => purpose === 'names')).toHaveLength(2)
    expect(states()).toEqual(['previous', 'current'])
    await act()
    expect(states()).toEqual(act === retire ? ['retired', 'current'] : ['previous', 'current', 'pending'])
  })

  test('is refused by a file that another process has left, which it leaves in place', async () => {
    writeFileSync(`${ring}.new`, '')
    await expect(retire()).rejects.toThrow('where none runs, delete the file')
    expect(existsSync(`${ring}.new`)).toBe(true)
  })
})

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
