import type { Leaving } from './call.js'

/** Lets a fixed number go at a time; the others wait in line, and may leave it. */
export interface Turns {
  /** Waits for a turn; answers why there is none when the line is full, or the signal or the patience ends the wait. */
  readonly take: (signal: Leaving, patienceMs: number) => 'mine' | Promise<'mine' | 'left' | 'late'> | 'full' | 'left'
  readonly give: () => void
}

/** Somebody who stands in line, or stood there until they left. */
interface Waiting {
  go: (() => void) | undefined
}

/** The line before a provider, of `longest` at most. While a request stands in it, it certainly has not left. */
export function turns(most: number, longest: number): Turns {
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
    take(signal, patienceMs) {
      if (signal.aborted) return 'left'
      if (free > 0) {
        free -= 1
        return 'mine'
      }
      if (waiting >= longest) return 'full'
      return new Promise((resolve) => {
        const stop = (why: 'mine' | 'left' | 'late') => {
          clearTimeout(patience)
          signal.removeEventListener('abort', leave)
          place.go = undefined
          waiting -= 1
          resolve(why)
        }
        const leave = () => stop('left')
        const patience = setTimeout(stop, patienceMs, 'late')
        const place: Waiting = { go: () => stop('mine') }
        waiting += 1
        if (coming.length > 2 * longest) coming = coming.filter(({ go }) => go !== undefined)
        coming.push(place)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
    give() {
      const go = next()
      if (go === undefined) free += 1
      else go()
    },
  }
}
