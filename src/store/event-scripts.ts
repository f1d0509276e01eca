import type { Result } from 'ioredis'

// Records a change of state. The record of an object is `sequence time final digest`, the digest that of its state; it
// is under the name of the current key, or during key rotation under that of another one, and is moved then. The first
// write is refused by a server without room, so none of it is done. A repeat by the driver finds its own digest.
// The values of entries that are trimmed by length are removed with them; all names have one hash tag.
// KEYS: stream, the value's name, the names of the object's record under each key. ARGV: the encrypted event, the id in
// the value's name, 1 for a final state, 1 for a state that was only read, its age in ms, the number of events that are
// kept, for how long in ms, the time to live of the object's record in ms, the digests of the state under each key.
// Returns the id of the event and its sequence; 0 where nothing is recorded.
const RECORD_EVENT = `
local held, at
for i = 3, #KEYS do
  held = redis.call('GET', KEYS[i])
  if held then at = i break end
end
local sequence, changed, ended, digest = 0, 0, '0', ''
if held then sequence, changed, ended, digest = string.match(held, '^(%d+) (%d+) ([01]) (.*)$') end
local function keep()
  redis.call('SET', KEYS[3], table.concat({sequence, changed, ended, digest}, ' '), 'PX', ARGV[8])
  if at and at > 3 then redis.call('DEL', KEYS[at]) end
end
for i = 9, #ARGV do
  if held and ARGV[i] == digest then
    digest = ARGV[9]
    keep()
    return 0
  end
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local age = tonumber(ARGV[5])
if ended == '1' or (age > 0 and tonumber(changed) > now - age) then return 0 end
local id
if held or ARGV[4] == '0' then
  sequence = sequence + 1
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[7])
  id = redis.call('XADD', KEYS[1], '*', 'n', sequence, 'v', ARGV[2])
  local surplus = redis.call('XLEN', KEYS[1]) - ARGV[6]
  if surplus > 0 then
    local prefix = string.sub(KEYS[2], 1, -1 - #ARGV[2])
    for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', math.min(surplus, 1000))) do
      redis.call('DEL', prefix .. entry[2][4])
    end
    redis.call('XTRIM', KEYS[1], 'MAXLEN', '=', ARGV[6])
  end
  redis.call('XTRIM', KEYS[1], 'MINID', '=', now - ARGV[7])
  redis.call('PEXPIRE', KEYS[1], ARGV[7])
end
changed, ended, digest = now, ARGV[3], ARGV[9]
keep()
return id and {id, sequence} or 0`

// Removes the consumers of a group that have nothing pending: this one, and those that were idle for this long.
// KEYS: stream. ARGV: group, consumer, ms.
const LEAVE_GROUP = `
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local facts = {}
  for i = 1, #consumer, 2 do facts[consumer[i]] = consumer[i + 1] end
  if facts.pending == 0 and (facts.name == ARGV[2] or facts.idle > tonumber(ARGV[3])) then
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
    leaveGroup(stream: string, group: string, consumer: string, idleMs: number): Result<number, Context>
  }
}

export const eventScripts = {
  recordEvent: { lua: RECORD_EVENT },
  leaveGroup: { lua: LEAVE_GROUP, numberOfKeys: 1 },
}
