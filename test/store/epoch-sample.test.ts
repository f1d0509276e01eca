import { randomBytes } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { type EpochServer, StoreEpoch } from '../../src/store/epoch.js'
import type { Distrust } from '../../src/store/trust.js'
import { cipherOf } from '../support/keys.js'

const NAMES = Array.from({ length: 64 }, (_, part) => `kyc:epoch:{${part}}`)
/** How many checks read each record at least once. */
const ROUND = 9
const cipher = cipherOf([randomBytes(32)])

let values: Map<string, Buffer>
let reads: string[]
let causes: (Distrust | undefined)[]
let epoch: StoreEpoch

const server: EpochServer = {
  epochNames: NAMES,
  epochNameOf: (name) => name,
  facts: () => Promise.resolve([]),
  read(name) {
    reads.push(name)
    return Promise.resolve({ bytes: values.get(name) ?? null, now: 0 })
  },
  compareAndSwap(name, expected, next) {
    const current = values.get(name) ?? null
    const isExpected = expected === null ? current === null : current?.equals(expected) === true
    if (isExpected && next) values.set(name, next)
    return Promise.resolve(isExpected)
  },
}
const opened = (): StoreEpoch =>
  new StoreEpoch(
    server,
    cipher,
    { changed: (cause) => void causes.push(cause), created: () => undefined, described: () => undefined },
    { keyMs: 86_400_000 },
  )
async function checks(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await epoch.check()
}

beforeEach(async () => {
  values = new Map()
  reads = []
  causes = []
  epoch = opened()
  // The first check begins the epoch, the second one reads every record of it.
  await checks(2)
  reads = []
})

test('a check of a trusted cluster reads eight of its records, and every record in turn', async () => {
  await checks(1)
  expect(reads).toHaveLength(8)
  await checks(ROUND - 1)
  expect(reads).toHaveLength(8 * ROUND)
  expect(new Set(reads)).toEqual(new Set(NAMES))
  expect(causes).toEqual([undefined])
})

test.each([
  ['is gone', () => void values.delete(NAMES[41]!)],
  ['is of another epoch', () => void values.set(NAMES[41]!, randomBytes(80))],
])('a record that %s is found within one round, and by a check of all at once', async (_what, lose) => {
  lose()
  await checks(ROUND)
  expect(epoch.cause).toBeDefined()
  const other = opened()
  await other.recheck()
  expect(other.cause).toBeDefined()
})

test('what another process told in the first record is seen at once', async () => {
  values.set(NAMES[0]!, randomBytes(80))
  await checks(1)
  expect(epoch.cause).toBeDefined()
})

test('a process that trusts nothing yet reads every record', async () => {
  await opened().check()
  expect(new Set(reads)).toEqual(new Set(NAMES))
})
