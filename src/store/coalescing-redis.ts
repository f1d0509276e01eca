import { Redis, type RedisOptions } from 'ioredis'

/** Write coalescing: a connection that writes the commands of one turn of the event loop by one call of the system. */
export class CoalescingRedis extends Redis {
  #isCorked = false

  constructor(options: RedisOptions) {
    super({ ...options, replyMapping: 'legacy' })
  }

  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    if (!this.#isCorked && this.status === 'ready') this.#cork()
    return super.sendCommand(...args)
  }

  #cork(): void {
    const { stream } = this
    this.#isCorked = true
    stream.cork()
    setImmediate(() => {
      this.#isCorked = false
      stream.uncork()
    })
  }
}
