import { BriefMap } from '../brief.js'
import type { CallScope, Leaving } from '../http/call.js'
import { ApiError } from '../contract/errors.js'
import { traceWait } from '../support/trace.js'

/** Waits for an answer only as long as the operation lasts; the answer is still made, for whoever else waits. */
function within<T>(signal: Leaving, answer: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = () => reject(new ApiError('DEADLINE_EXCEEDED'))
    signal.addEventListener('abort', leave, { once: true })
    void answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

/**
 * Lets those who ask the same thing at the same time share one call. The call belongs to none of them, so the one who
 * began it may leave without ending it for the others.
 */
export function flights<T>() {
  const running = new BriefMap<string, Promise<T>>()
  return {
    /** True while a call runs that a newcomer may join. */
    has: (name: string): boolean => running.get(name) !== undefined,

    /** The answer to what is asked under this name: the running call's, else that of a new one. */
    async join(name: string, { signal, trace }: CallScope, ask: () => Promise<T>): Promise<T> {
      if (signal.aborted) throw new ApiError('DEADLINE_EXCEEDED')
      const known = running.get(name)
      if (known !== undefined) return traceWait(trace, () => within(signal, known))
      // What whoever begins it waits for is taken down where it is asked.
      const answer = ask().finally(() => running.delete(name))
      running.set(name, answer)
      return within(signal, answer)
    },
  }
}

export type Flights<T> = ReturnType<typeof flights<T>>
