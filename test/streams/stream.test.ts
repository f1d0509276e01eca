import { OperationTypeNode } from 'graphql'
import { expect, test } from 'vitest'
import type { ResolvedOperation } from '../../src/graphql/plugin.js'
import type { ObservedRun } from '../../src/streams/observed-run.js'
import { Reconnect, Stream, type StreamWorker } from '../../src/streams/stream.js'
import { createGate, type Gate } from '../support/gate.js'

/** A stream of an object whose state a test sets, and what it did. */
function streamOf(state: string, kind = OperationTypeNode.SUBSCRIPTION) {
  const operation = { operation: { operation: kind } } as ResolvedOperation
  const did: string[] = []
  const object = { state }
  let gate: Gate | undefined
  let reading: Gate | undefined
  const read = async (run: ObservedRun) => {
    run.resolved(operation)
    run.watch('verificationResult', 'one')
    const { state: told } = object
    did.push(`read ${told}`)
    await reading?.opened
    run.observe({ state: told, isFinal: told === 'final', nextPollAt: null })
    return { status: 200, headers: [], result: { data: { state: told } } }
  }
  const worker: StreamWorker = {
    begin: (run) => read(run),
    again: (_operation, run) => read(run),
    watch(type, id) {
      did.push(`watch ${id}`)
      const none = () => undefined
      return { object: { tenant: undefined, type, id }, tell: none, schedule: none, pollIn: none, end: none }
    },
    writable: () => gate?.opened,
    sent: () => undefined,
    ended: (_stream, reason) => did.push(`end ${reason}`),
  }
  const stream = new Stream(worker)
  return {
    did,
    stream,
    /** Holds the client back, or reads. */
    holdClient: () => (gate = createGate()),
    holdReads: () => (reading = createGate()),
    change: (to: string): void => {
      object.state = to
      stream.changed({ type: 'verificationResult', state: to, isFinal: to === 'final', at: 0 })
    },
    next: async () => (await stream.next()).value?.data?.['state'],
  }
}

test('listens before it reads, and ends at the final state', async () => {
  const { stream, did, change, next } = streamOf('pending')
  await stream.begin()
  expect(await next()).toBe('pending')
  change('final')
  expect([await next(), await next()]).toEqual(['final', undefined])
  expect(did).toEqual(['watch one', 'read pending', 'read final', 'end completed'])
})

test('a change that is told while the object is read is not lost', async () => {
  const { stream, did, change, holdReads, next } = streamOf('pending')
  const reads = holdReads()
  const begun = stream.begin()
  change('final')
  reads.open()
  await begun
  expect([await next(), await next(), await next()]).toEqual(['pending', 'final', undefined])
  expect(did.slice(0, 3)).toEqual(['watch one', 'read pending', 'read final'])
})

test('an operation that is no subscription watches nothing: a poll would execute it again', async () => {
  const { stream, did } = streamOf('pending', OperationTypeNode.MUTATION)
  await stream.begin()
  expect(did).toEqual(['read pending'])
})

test('a state that is known is not read again', async () => {
  const { stream, did, change, next } = streamOf('pending')
  await stream.begin()
  expect(await next()).toBe('pending')
  change('pending')
  const told = next()
  change('review')
  expect(await told).toBe('review')
  expect(did).toEqual(['watch one', 'read pending', 'read review'])
})

test('a client that reads slowly is told the latest state, from one read', async () => {
  const { stream, did, change, holdClient, next } = streamOf('one')
  await stream.begin()
  expect(await next()).toBe('one')
  const client = holdClient()
  const told = next()
  for (const state of ['two', 'three', 'four']) change(state)
  client.open()
  expect(await told).toBe('four')
  expect(did).toEqual(['watch one', 'read one', 'read four'])
})

test('a stream that is to be opened again throws, and one whose client has left ends', async () => {
  const [restarted, left] = [streamOf('pending'), streamOf('pending')]
  for (const { stream, next } of [restarted, left]) {
    await stream.begin()
    await next()
  }
  const waiting = restarted.next()
  restarted.stream.end('restart')
  await expect(waiting).rejects.toBeInstanceOf(Reconnect)
  const gone = left.next()
  await left.stream.return()
  expect(await gone).toBeUndefined()
})
