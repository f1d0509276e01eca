/** Lets a fixed number go at a time; the others wait in line, and may leave it. */
export interface Turns {
  /** Waits for a turn; rejects when the signal or the patience ends the wait. */
  readonly take: (signal: AbortSignal, patienceMs: number) => Promise<void>
  readonly give: () => void
}

/** The line before a provider. While a request stands in it, it certainly has not left. */
export function turns(most: number): Turns {
  let free = most
  const line = new Set<() => void>()

  return {
    take(signal, patienceMs) {
      if (signal.aborted) return Promise.reject(signal.reason as Error)
      if (free > 0) {
        free -= 1
        return Promise.resolve()
      }
      return new Promise<void>((resolve, reject) => {
        const stop = () => {
          clearTimeout(patience)
          signal.removeEventListener('abort', leave)
        }
        const leave = () => {
          line.delete(go)
          stop()
          reject(new Error('left the line'))
        }
        const go = () => {
          stop()
          resolve()
        }
        const patience = setTimeout(leave, patienceMs)
        line.add(go)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
    give() {
      const [next] = line
      if (next === undefined) free += 1
      else {
        line.delete(next)
        next()
      }
    },
  }
}
