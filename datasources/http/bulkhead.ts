import type { Leaving } from './call.js'

/** Lets a fixed number go at a time; the others wait in line, and may leave it. */
export interface Bulkhead {
  /** Waits for a turn; answers why there is none when the line is full, or the signal or the patience ends the wait. */
  readonly acquire: (
    signal: Leaving,
    patienceMs: number,
  ) => 'acquired' | Promise<'acquired' | 'aborted' | 'timeout'> | 'full' | 'aborted'
  readonly release: () => void
}

/** Somebody who stands in line, or stood there until they left. */
interface Waiting {
  go: (() => void) | undefined
}

/** The line before a provider, of `longest` at most. While a request stands in it, it certainly has not left. */
export function createBulkhead(most: number, longest: number): Bulkhead {
  let free = most
  // Those at the front are in `going`, the first of them last; both are arrays, for what a Set would keep alive (`BriefMap`).
  let going: Waiting[] = []
  let coming: Waiting[] = []
  let waiting = 0

  /** Whoever is first in line. */
  function next(): Waiting['go'] {
    for (;;) {
      if (going.length === 0) {
        if (coming.length === 0) return undefined
        going = coming.reverse()
        coming = []
      }
      const first = going.pop()
      if (first?.go) return first.go
    }
  }

  return {
    acquire(signal, patienceMs) {
      if (signal.aborted) return 'aborted'
      if (free > 0) {
        free -= 1
        return 'acquired'
      }
      if (waiting >= longest) return 'full'
      return new Promise((resolve) => {
        const stop = (why: 'acquired' | 'aborted' | 'timeout') => {
          clearTimeout(patience)
          signal.removeEventListener('abort', leave)
          place.go = undefined
          waiting -= 1
          resolve(why)
        }
        const leave = () => stop('aborted')
        const patience = setTimeout(stop, patienceMs, 'timeout')
        const place: Waiting = { go: () => stop('acquired') }
        waiting += 1
        if (coming.length > 2 * longest) coming = coming.filter(({ go }) => go !== undefined)
        coming.push(place)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
    release() {
      const go = next()
      if (go === undefined) free += 1
      else go()
    },
  }
}
