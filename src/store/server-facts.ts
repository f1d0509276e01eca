/** What a Redis server says of itself that decides whether it may forget. */
export interface ServerFacts {
  /** Changes with each start of the server. */
  readonly runId: string
  /** The policy by which it removes keys once its memory is limited and full; undefined where it removes none. */
  readonly evictionPolicy: string | undefined
  /** Keys that it has removed for want of memory since its start. */
  readonly evictedKeys: number
  /** True where it writes an append-only file. */
  readonly hasAppendOnlyFile: boolean
}

/** The reply of `INFO`: lines of `name:value`. */
export function parseInfo(text: string): ServerFacts {
  const fields = new Map(
    text.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':')
      return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const]
    }),
  )
  const policy = fields.get('maxmemory_policy') ?? 'noeviction'
  return {
    runId: fields.get('run_id') ?? '',
    evictionPolicy: policy === 'noeviction' ? undefined : policy,
    evictedKeys: Number(fields.get('evicted_keys') ?? 0),
    hasAppendOnlyFile: fields.get('aof_enabled') === '1',
  }
}
