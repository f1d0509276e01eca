import type { Result } from 'ioredis'

// Records a change of state. The record of an object is `sequence time final digest`, the digest that of its state; it
// is under the name of the current key, or during key rotation under that of another one, and is moved then. XADD is the
// first write, so a server without room refuses all of it. A repeat by the driver finds its own digest.
// KEYS: stream, the names of the object's record under each key. ARGV: the encrypted event, 1 for a final state, 1 for a
// state that was only read, its age in ms, the number of events that are kept, for how long in ms, the time to live of
// the record in ms, the digests of the state under each key.
// Returns the id of the event and its sequence; 0 where nothing is recorded.
const RECORD_EVENT = `
local held, at
for i = 2, #KEYS do
  held = redis.call('GET', KEYS[i])
  if held then at = i break end
end
local sequence, changed, ended, digest = 0, 0, '0', ''
if held then sequence, changed, ended, digest = string.match(held, '^(%d+) (%d+) ([01]) (.*)$') end
local function keep()
  redis.call('SET', KEYS[2], table.concat({sequence, changed, ended, digest}, ' '), 'PX', ARGV[7])
  if at and at > 2 then redis.call('DEL', KEYS[at]) end
end
for i = 8, #ARGV do
  if held and ARGV[i] == digest then
    digest = ARGV[8]
    keep()
    return 0
  end
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local age = tonumber(ARGV[4])
if ended == '1' or (age > 0 and tonumber(changed) > now - age) then return 0 end
local id
if held or ARGV[3] == '0' then
  sequence = sequence + 1
  id = redis.call('XADD', KEYS[1], 'MAXLEN', '=', ARGV[5], '*', 'n', sequence, 'v', ARGV[1])
  redis.call('XTRIM', KEYS[1], 'MINID', '=', now - ARGV[6])
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
end
changed, ended, digest = now, ARGV[2], ARGV[8]
keep()
return id and {id, sequence} or 0`

// Removes the consumers of a group that ended: idle for this long, with nothing pending.
// KEYS: stream. ARGV: group, ms.
const LEAVE_ENDED = `
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local facts = {}
  for i = 1, #consumer, 2 do facts[consumer[i]] = consumer[i + 1] end
  if facts.pending == 0 and facts.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], facts.name)
  end
end
return 1`

declare module 'ioredis' {
  interface RedisCommander<Context> {
    recordEvent(
      numberOfKeys: number,
      ...keysAndArguments: readonly (string | number | Buffer)[]
    ): Result<[eventId: string, sequence: number] | 0, Context>
    leaveEnded(stream: string, group: string, idleMs: number): Result<number, Context>
  }
}

export const eventScripts = {
  recordEvent: { lua: RECORD_EVENT },
  leaveEnded: { lua: LEAVE_ENDED, numberOfKeys: 1 },
}
