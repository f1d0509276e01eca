import type { ServerResponse } from 'node:http'

/** So many answers wait for each other at most. */
const MOST = 32

interface Letter {
  readonly response: ServerResponse
  readonly status: number
  /** Names and values, one after the other. */
  readonly headers: string[]
  readonly body: string
}

/**
 * Sends the answers of one turn of the event loop together, at its end. Sending one wakes whoever waits for it on the
 * other side, which takes up to a third of a small operation's time; those that follow at once find it awake.
 */
export function outbox(): (letter: Letter) => void {
  let waiting: Letter[] = []

  function send(): void {
    const letters = waiting
    waiting = []
    for (const { response, status, headers, body } of letters) response.writeHead(status, headers).end(body)
  }

  return (letter) => {
    if (waiting.push(letter) === 1) setImmediate(send)
    else if (waiting.length >= MOST) send()
  }
}
