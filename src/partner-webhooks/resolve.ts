import type { LookupAddress } from 'node:dns'
import { Resolver } from 'node:dns/promises'

/** Less than the time for connecting, which a lookup is a part of. */
const LOOKUP_TIMEOUT_MS = 3_000
/** The first question to a server waits so long, the second one twice as long. */
const QUESTION_TIMEOUT_MS = 1_000
const TRIES = 2

/** Resolves a name to all of its addresses. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>

const LOCALHOST: readonly LookupAddress[] = [{ address: '127.0.0.1', family: 4 }]

/** Any failure has one code: `ECONNREFUSED` of a DNS server is not that of the endpoint. */
const notFound = (): Error => Object.assign(new Error('the name has no address'), { code: 'ENOTFOUND' })

/**
 * Asks DNS servers itself. `dns.lookup` waits in a thread of the process: a few names whose servers do not answer would
 * hold every other lookup, those of providers among them. The hosts file and search domains are not used. `servers`: by
 * default those of the system.
 */
export function dnsResolve(servers?: readonly string[]): Resolve {
  return async (hostname) => {
    // It is in the hosts file alone (RFC 6761).
    if (hostname === 'localhost') return LOCALHOST
    // One for each lookup, because all questions of a resolver are cancelled together.
    const resolver = new Resolver({ timeout: QUESTION_TIMEOUT_MS, tries: TRIES })
    if (servers !== undefined) resolver.setServers(servers)
    const timer = setTimeout(() => resolver.cancel(), LOOKUP_TIMEOUT_MS)
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    clearTimeout(timer)
    const addresses = [...addressesOf(v4, 4), ...addressesOf(v6, 6)]
    if (addresses.length === 0) throw notFound()
    return addresses
  }
}

const addressesOf = (answer: PromiseSettledResult<string[]>, family: 4 | 6): readonly LookupAddress[] =>
  answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : []
