import type { Cluster, Redis } from 'ioredis'

/** Where a connection was not made yet. */
const CONNECTING = named('CONNECTING')
/** Where a connection ended without an error. */
const DISCONNECTED = named('DISCONNECTED')
/** Where the driver reaches no server, though each node answers by itself: Sentinels that know no primary, for example. */
const UNREACHABLE = named('UNREACHABLE')
/** The least time between two attempts to learn a cause that the driver does not tell. */
const DIAGNOSIS_INTERVAL_MS = 1_000
/** Messages of the driver for a command that found no connection: what keeps the connection from being made is the cause. */
const NO_CONNECTION =
  /isn't writeable|isn't ready|Connection is closed|Cluster is disconnect|None of startup nodes|Node is disconnected|slots cache|unreachable\. Retrying/
const TIMED_OUT = /^(Command timed out|Socket timeout)/
/** The words by which a message names errors: `Ready check failed: NOAUTH …`, `ERR Error running script: -OOM …`. */
const NAMED = /(?:^|: )(?:connect |read |write |getaddrinfo )?-?([A-Z][A-Z0-9_]{2,63})(?= |$)/g
/** The word of Redis for an error without a word of its own. */
const UNNAMED = 'ERR'
/** What a script is told whose user may not run one of its commands, or not with its keys: no word names it. */
const SCRIPT_REFUSED = /user executing the script can't|ACL failure in script/

function named(code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** The word of an error that a message names, the most exact one. */
function nameIn(message: string): string | undefined {
  if (TIMED_OUT.test(message)) return 'TIMEOUT'
  if (SCRIPT_REFUSED.test(message)) return 'NOPERM'
  return [...message.matchAll(NAMED)].map(([, name]) => name).find((name) => name !== UNNAMED)
}

/** An error that has a class: a code of the system, a word of Redis, or TIMEOUT. */
function classified(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, lastNodeError } = error as Error & { code?: unknown; lastNodeError?: unknown }
  if (typeof code === 'string') return error
  const name = nameIn(error.message)
  return name === undefined ? classified(lastNodeError) : named(name)
}

const isReady = ({ status }: Redis | Cluster): boolean => status === 'ready'

/**
 * The causes that keep the connections of a store from being made. The driver tells them by events; a command that
 * finds no connection only fails.
 */
export class ConnectionCauses {
  readonly #connections: (Redis | Cluster)[] = []
  readonly #changed: () => void
  readonly #diagnose: () => Promise<unknown>
  #latest = CONNECTING
  #diagnosedAt = -Infinity

  /** `changed` is called when a connection was made, failed or was closed; `diagnose` returns the error of an attempt to connect. */
  constructor(changed: () => void, diagnose: () => Promise<unknown>) {
    this.#changed = changed
    this.#diagnose = diagnose
  }

  /** Told of the error of a command for which the driver leaves its connection: that is the cause until the next one is made. */
  readonly left = (error: Error): void => {
    this.#latest = classified(error) ?? this.#latest
  }

  /** Watches a connection and returns it. */
  watch<T extends Redis | Cluster>(connection: T): T {
    const failed = (error: unknown): void => {
      const known = classified(error)
      if (known === undefined) return void this.#learn()
      this.#latest = known
      this.#changed()
    }
    this.#connections.push(connection)
    connection.on('error', failed)
    connection.on('node error', failed)
    connection.on('close', this.#changed)
    connection.on('ready', () => {
      this.#latest = DISCONNECTED
      this.#changed()
    })
    return connection
  }

  /** Learns the cause of an error that tells none. */
  async #learn(): Promise<void> {
    if (performance.now() - this.#diagnosedAt < DIAGNOSIS_INTERVAL_MS) return
    this.#diagnosedAt = performance.now()
    const error = await this.#diagnose()
    this.#latest = classified(error) ?? UNREACHABLE
    this.#changed()
  }

  /** The cause of a failed command, as an error that `errorClass` can name. */
  of(error: unknown): unknown {
    const isOfConnection = error instanceof Error && NO_CONNECTION.test(error.message)
    return isOfConnection && !this.#connections.every(isReady) ? this.#latest : (classified(error) ?? error)
  }
}
