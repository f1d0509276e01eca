import { KeyRingError } from '../keys/key-ring.js'

/** Where a listener could not listen, by the code of the system. */
const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'The address is taken: set HOST and PORT, or ADMIN_HOST and ADMIN_PORT, to a free one.',
  EADDRNOTAVAIL:
    'HOST, or ADMIN_HOST, is no address of this machine: set it to one of its addresses, or to 0.0.0.0 for all of them.',
  ENOTFOUND: 'HOST, or ADMIN_HOST, is a name that has no address: set it to an address of this machine.',
  EAI_AGAIN: 'HOST, or ADMIN_HOST, is a name that cannot be looked up now: set it to an address of this machine.',
  EACCES:
    'PORT, or ADMIN_PORT, may not be used by this user: ports below 1024 need a right, so set a higher one behind a proxy.',
}

/** The calls of the system by which a listener gets its address; the admin listener tells the code alone. */
const LISTEN_CALLS: readonly unknown[] = [undefined, 'listen', 'getaddrinfo']

/** The message for an error at the start. Messages of other errors are left out: they may hold the value of a setting. */
export function startFailure(error: unknown): string {
  if (error instanceof KeyRingError) return `The server could not be started: ${error.message}.`
  const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown }
  if (typeof code === 'string') {
    const problem = LISTEN_PROBLEMS[code]
    if (problem !== undefined && LISTEN_CALLS.includes(syscall)) return problem
    return `The server could not be started (${code}).`
  }
  return `The server could not be started (${error instanceof Error ? error.name : 'unknown'}).`
}
