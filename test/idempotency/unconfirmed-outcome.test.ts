import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { Idempotency } from '../../src/idempotency/idempotency.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { memoryStore } from '../../src/store/memory.js'
import type { RawStore } from '../../src/store/raw-store.js'
import { cipherOf } from '../support/keys.js'

test('an outcome that too few replicas confirmed is written again, although the primary has it', async () => {
  const raw = memoryStore()
  let confirms = true
  let refused = 0
  let confirmed = 0
  const primary: RawStore = {
    ...raw,
    async compareAndSwapAll(swap) {
      const swapped = await raw.compareAndSwapAll(swap)
      if (!confirms) {
        refused += 1
        throw new Error('too few replicas have the change')
      }
      if (swapped.outcome === 'made') confirmed += 1
      return swapped
    },
  }
  const idempotency = new Idempotency(30_000)
  const write = () =>
    idempotency.execute<{ id: string }>({
      caller: { tenant: 'tenant:bank', client: 'app' },
      store,
      mutation: 'create',
      input: { idempotencyKey },
      repeatable: true,
      intentRecorded: Promise.resolve(),
      toStored: (payload) => payload,
      run: () => {
        confirms = false
        return Promise.resolve({ id: 'new' })
      },
    })
  const store = encryptedStore(primary, cipherOf([randomBytes(32)]))
  const idempotencyKey = randomUUID()
  expect(await write()).toEqual({ id: 'new', replayed: false })
  expect(refused).toBeGreaterThan(0)
  const claims = confirmed
  confirms = true
  await expect.poll(() => confirmed).toBe(claims + 1)
  expect(await write()).toEqual({ id: 'new', replayed: true })
})
