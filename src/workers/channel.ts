/** The other process, as a worker sees the primary and the primary a worker. */
interface Peer {
  readonly connected?: boolean
  readonly send?: (
    message: object,
    handle: undefined,
    options: undefined,
    sent: (error: Error | null) => void,
  ) => boolean
  readonly on: (event: 'message', listener: (message: unknown) => void) => unknown
}

type Message = { readonly id: number; readonly question: string } | { readonly id: number; readonly answer: unknown }

const isMessage = (message: unknown): message is Message =>
  typeof message === 'object' && message !== null && 'id' in message && ('question' in message || 'answer' in message)

/**
 * Questions between two processes of a server. `answer` is asked what the other one asks; the function that comes back
 * asks the other one, and answers undefined when it says nothing in time.
 */
export function channel(
  peer: Peer,
  answer: (question: string) => unknown,
): (question: string, patienceMs: number) => Promise<unknown> {
  const waiting = new Map<number, (value: unknown) => void>()
  let asked = 0
  // A process that is gone hears nothing; that it is gone is noticed elsewhere.
  const send = (message: Message) => void peer.send?.(message, undefined, undefined, () => undefined)

  peer.on('message', (message) => {
    if (!isMessage(message)) return
    if ('answer' in message) waiting.get(message.id)?.(message.answer)
    else
      void Promise.resolve(answer(message.question)).then(
        (value) => send({ id: message.id, answer: value }),
        () => send({ id: message.id, answer: undefined }),
      )
  })

  return (question, patienceMs) =>
    new Promise((resolve) => {
      const id = (asked += 1)
      const end = (value?: unknown) => {
        clearTimeout(patience)
        waiting.delete(id)
        resolve(value)
      }
      const patience = setTimeout(end, patienceMs)
      waiting.set(id, end)
      send({ id, question })
    })
}
