import type { Cluster, Redis } from 'ioredis'

/** The class where a connection was not yet made. */
const CONNECTING = 'CONNECTING'
/** Messages of the driver for a command that found no connection: what keeps the connection from being made is the cause. */
const NO_CONNECTION =
  /isn't writeable|isn't ready|Connection is closed|Cluster is disconnect|None of startup nodes|Node is disconnected|slots cache|unreachable\. Retrying/
const TIMED_OUT = /^(Command timed out|Socket timeout)/
/** The word by which a message of the driver names the error that it reports: `Ready check failed: NOAUTH …`. */
const NAMED = /(?:^|: )(?:connect |read |write |getaddrinfo )?([A-Z][A-Z0-9_]{3,63})(?= |$)/

/** An error that has a class: a code of the system, a word of Redis, or TIMEOUT. */
function classified(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, lastNodeError } = error as Error & { code?: unknown; lastNodeError?: unknown }
  if (typeof code === 'string') return error
  const name = TIMED_OUT.test(error.message) ? 'TIMEOUT' : NAMED.exec(error.message)?.[1]
  return name === undefined
    ? classified(lastNodeError)
    : Object.assign(new Error(name, { cause: error }), { code: name })
}

const isReady = ({ status }: Redis | Cluster): boolean => status === 'ready'

/**
 * The causes that keep the connections of a store from being made. The driver tells them by events; a command that
 * finds no connection only fails.
 */
export class ConnectionCauses {
  readonly #connections: (Redis | Cluster)[] = []
  readonly #changed: () => void
  #latest = Object.assign(new Error('not connected yet'), { code: CONNECTING }) as Error

  /** `changed` is called when a connection was made, failed or was closed. */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** Watches a connection and returns it. */
  watch<T extends Redis | Cluster>(connection: T): T {
    const failed = (error: unknown): void => {
      this.#latest = classified(error) ?? this.#latest
      this.#changed()
    }
    this.#connections.push(connection)
    connection.on('error', failed)
    connection.on('node error', failed)
    connection.on('close', this.#changed)
    connection.on('ready', this.#changed)
    return connection
  }

  /** The cause of a failed command, as an error that `errorClass` can name. */
  of(error: unknown): unknown {
    const isOfConnection = error instanceof Error && NO_CONNECTION.test(error.message)
    return isOfConnection && !this.#connections.every(isReady) ? this.#latest : (classified(error) ?? error)
  }
}
