import { expect, test } from 'vitest'
import { FairQueue } from '../../../datasources/support/fair-queue.js'

/** A queue of items that are named after their owner, such as `t/a/u:1`. */
function queueOf(...items: string[]): FairQueue<string> {
  const queue = new FairQueue<string>()
  for (const item of items) queue.enqueue(pathOf(item), item)
  return queue
}
const pathOf = (item: string): string[] => item.split(':')[0]!.split('/').filter(Boolean)

function drain(queue: FairQueue<string>): string[] {
  const order: string[] = []
  for (let item = queue.dequeue(); item !== undefined; item = queue.dequeue()) order.push(item)
  return order
}

test.each([
  {
    what: 'the items of one owner, in their order',
    items: ['t/a:1', 't/a:2', 't/a:3'],
    order: ['t/a:1', 't/a:2', 't/a:3'],
  },
  {
    what: 'clients in turns, whatever the number of their items',
    items: ['t/a:1', 't/a:2', 't/a:3', 't/b:1', 't/c:1', 't/b:2'],
    order: ['t/a:1', 't/b:1', 't/c:1', 't/a:2', 't/b:2', 't/a:3'],
  },
  {
    what: 'tenants in turns, whatever the number of their clients',
    items: ['t/a:1', 't/b:1', 't/c:1', 'u/a:1', 'u/a:2'],
    order: ['t/a:1', 'u/a:1', 't/b:1', 'u/a:2', 't/c:1'],
  },
  {
    what: 'users of a client in turns',
    items: ['t/a/x:1', 't/a/x:2', 't/a/y:1', 't/b/z:1'],
    order: ['t/a/x:1', 't/b/z:1', 't/a/y:1', 't/a/x:2'],
  },
  {
    what: 'the items of a client itself as those of one of its users',
    items: ['t/a:1', 't/a:2', 't/a/x:1', 't/a/x:2', ':1'],
    order: ['t/a:1', ':1', 't/a/x:1', 't/a:2', 't/a/x:2'],
  },
])('serves $what', ({ items, order }) => {
  const queue = queueOf(...items)
  expect(queue.size).toBe(items.length)
  expect(drain(queue)).toEqual(order)
  expect(queue.size).toBe(0)
})

test('serves the share that holds the fewest places first, at each level', () => {
  const queue = queueOf('t/a:1', 't/a:2', 't/b:1', 't/b:2', 'u/c:1')
  for (const path of [
    ['t', 'a'],
    ['t', 'a'],
    ['t', 'b'],
    ['u', 'c'],
    ['u', 'c'],
    ['u', 'c'],
    ['u', 'd'],
  ])
    queue.hold(path)
  expect([queue.heldBy(['t']), queue.heldBy(['u', 'c']), queue.held, queue.heldBy(['v'])]).toEqual([3, 3, 7, 0])
  queue.release(['u', 'd'])
  queue.release(['t', 'b'])
  expect(drain(queue)).toEqual(['t/b:1', 't/b:2', 't/a:1', 't/a:2', 'u/c:1'])
})

test('counts what waits by share, and forgets an item that leaves', () => {
  const queue = queueOf('t/a:1', 't/a:2', 't/b:1', 'u/a:1')
  expect([queue.sizeOf([]), queue.sizeOf(['t']), queue.sizeOf(['t', 'a']), queue.sizeOf(['v'])]).toEqual([4, 3, 2, 0])
  const remove = (item: string) => queue.remove(pathOf(item), item)
  expect([remove('t/a:1'), remove('t/a:1'), remove('t/z:1')]).toEqual([true, false, false])
  expect([queue.size, queue.sizeOf(['t', 'a'])]).toEqual([3, 1])
  expect(drain(queue)).toEqual(['t/a:2', 'u/a:1', 't/b:1'])
})

test('an owner that comes back after it left counts anew', () => {
  const queue = queueOf('t/a:1')
  queue.hold(['t', 'a'])
  queue.dequeue()
  queue.release(['t', 'a'])
  expect([queue.heldBy(['t', 'a']), queue.sizeOf(['t'])]).toEqual([0, 0])
  queue.enqueue(['t', 'a'], 't/a:2')
  expect(drain(queue)).toEqual(['t/a:2'])
})

test('the places and the waiting items of some owners outlive the many that are forgotten', () => {
  const queue = queueOf('t/waiting:1')
  queue.hold(['t', 'busy'])
  for (let i = 0; i < 2_000; i += 1) {
    queue.hold(['t', 'client', `user ${i}`])
    queue.release(['t', 'client', `user ${i}`])
  }
  expect([queue.heldBy(['t', 'busy']), queue.heldBy(['t']), queue.sizeOf(['t', 'waiting'])]).toEqual([1, 1, 1])
  expect(drain(queue)).toEqual(['t/waiting:1'])
  queue.release(['t', 'busy'])
  expect([queue.held, queue.size]).toEqual([0, 0])
})

test('passes over what may not be taken yet, in the order of the shares, and keeps its turn', () => {
  const queue = queueOf('t/a:1', 't/a:2', 't/b:1', 'u/c:1', 'u/c:2')
  const take = (mayTake: (item: string) => boolean) => queue.dequeue(mayTake)
  expect(take((item) => item === 't/b:1')).toBe('t/b:1')
  expect(take((item) => !item.startsWith('u/'))).toBe('t/a:1')
  // The first item of an owner is the one that is asked for.
  expect(take((item) => item.endsWith(':2'))).toBe('t/a:2')
  expect(take(() => false)).toBeUndefined()
  expect(queue.size).toBe(2)
  expect(drain(queue)).toEqual(['u/c:1', 'u/c:2'])
})

test('asks for one item of each share of a level', () => {
  const users = Array.from({ length: 100 }, (_, user) => `t/a/${user}:1`)
  const queue = queueOf(...users, 't/b/x:1', 't:1', ':1', 'u/c/y:1')
  const asked: string[] = []
  const item = queue.dequeue((item) => {
    asked.push(item)
    return item === 'u/c/y:1'
  }, 2)
  expect(item).toBe('u/c/y:1')
  expect(asked).toEqual(['t/a/0:1', 't/b/x:1', 't:1', ':1', 'u/c/y:1'])
})
