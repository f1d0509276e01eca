import type { ChainableCommander, Cluster, Redis, Result } from 'ioredis'
import type { Change, Swap } from './raw-store.js'

/** How far the server's time may be from the time that a swap goes by, in ms: less than the shortest lease. */
const CLOCK_TOLERANCE_MS = 250

// Compare-and-swap of several values: all of them are changed, or none is. A driver repeats a command after its
// connection broke: as each encrypted value is unique, values that equal `next` were written by the first attempt.
// KEYS: the names, then that of the epoch's record where it is checked; on a cluster all have one hash tag. ARGV: time to
// live in ms, the time in ms that the swap goes by ('' any), the id that the epoch's record begins with ('' any), then
// for each name: the expected value ('' means absent), the next one ('' removes), 0 to only compare.
// Returns 1 where all is as it should be, 0 where it is not, -1 where the epoch is another one; the server's time; and
// unless it returns 1, the values.
const COMPARE_AND_SWAP_ALL = `
local time = redis.call('TIME')
local found, is_expected, is_made = {}, true, true
for i = 1, (#ARGV - 3) / 3 do
  local value = redis.call('GET', KEYS[i])
  local current, expected, after = value or '', ARGV[3 * i + 1], ARGV[3 * i + 2]
  found[i] = value
  if current ~= expected then is_expected = false end
  if ARGV[3 * i + 3] == '0' then after = expected elseif current == '' then is_made = false end
  if current ~= after then is_made = false end
end
if ARGV[3] ~= '' and string.sub(redis.call('GET', KEYS[#KEYS]) or '', 1, #ARGV[3]) ~= ARGV[3] then
  return {-1, time[1], time[2], found}
end
if is_made then return {1, time[1], time[2]} end
local is_in_time = true
if ARGV[2] ~= '' then
  is_in_time = math.abs(time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[2]) <= ${CLOCK_TOLERANCE_MS}
end
if not is_expected or not is_in_time then return {0, time[1], time[2], found} end
for i = 1, (#ARGV - 3) / 3 do
  if ARGV[3 * i + 3] == '0' then
  elseif ARGV[3 * i + 2] == '' then redis.call('DEL', KEYS[i])
  else redis.call('SET', KEYS[i], ARGV[3 * i + 2], 'PX', ARGV[1]) end
end
return {1, time[1], time[2]}`

/** What the script returns. */
export type SwapReply = readonly [
  code: 1 | 0 | -1,
  seconds: Buffer,
  micros: Buffer,
  found?: readonly (Buffer | null)[] | undefined,
]

declare module 'ioredis' {
  interface RedisCommander<Context> {
    compareAndSwapAllBuffer(
      numberOfKeys: number,
      ...keysAndArguments: readonly (string | number | Buffer)[]
    ): Result<SwapReply, Context>
  }
}

export const swapScripts = { compareAndSwapAll: { lua: COMPARE_AND_SWAP_ALL } }

/** True of a swap that writes a value. */
export const setsValue = ({ changes }: Swap): boolean => changes.some(({ next }) => next != null)

/** The same swap, which only compares. */
export const comparing = (swap: Swap): Swap => ({
  ...swap,
  changes: swap.changes.map(({ name, expected }): Change => ({ name, expected })),
})

/** Sends a swap on a connection, or adds it to a pipeline. */
export function sendSwapAll(by: Redis | Cluster, swap: Swap): Promise<SwapReply>
export function sendSwapAll(by: ChainableCommander, swap: Swap): ChainableCommander
export function sendSwapAll(
  by: Redis | Cluster | ChainableCommander,
  { changes, ttlMs, check, at }: Swap,
): Promise<SwapReply> | ChainableCommander {
  const names = changes.map(({ name }) => name)
  if (check !== undefined) names.push(check.epochName)
  const values = changes.flatMap(({ expected, next }) => [expected ?? '', next ?? '', next === undefined ? 0 : 1])
  return by.compareAndSwapAllBuffer(names.length, ...names, ttlMs, at ?? '', check?.epoch ?? '', ...values)
}
