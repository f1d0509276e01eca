import type { Leaving } from './call.js'

/** Lets a fixed number go at a time; the others wait in line, and may leave it. */
export interface Turns {
  /** Waits for a turn; answers why there is none when the line is full, or the signal or the patience ends the wait. */
  readonly take: (signal: Leaving, patienceMs: number) => 'mine' | Promise<'mine' | 'left' | 'late'> | 'full' | 'left'
  readonly give: () => void
}

/** The line before a provider, of `longest` at most. While a request stands in it, it certainly has not left. */
export function turns(most: number, longest: number): Turns {
  let free = most
  const line = new Set<() => void>()

  return {
    take(signal, patienceMs) {
      if (signal.aborted) return 'left'
      if (free > 0) {
        free -= 1
        return 'mine'
      }
      if (line.size >= longest) return 'full'
      return new Promise((resolve) => {
        const stop = (why: 'mine' | 'left' | 'late') => {
          clearTimeout(patience)
          signal.removeEventListener('abort', leave)
          line.delete(go)
          resolve(why)
        }
        const leave = () => stop('left')
        const go = () => stop('mine')
        const patience = setTimeout(stop, patienceMs, 'late')
        line.add(go)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
    give() {
      const [next] = line
      if (next === undefined) free += 1
      else next()
    },
  }
}
