import { inject } from 'vitest'
import type { ProxiedRequest, ProxyFault } from '../../../support/fault-proxy.js'
import { KycGraph, type KycGraphOptions } from '../../src/index.js'

export const server = inject('server')

async function send(url: string, method: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return response.status === 204 ? undefined : response.json()
}

/** Whom a token is for. */
export interface TokenOf {
  readonly client?: string
  readonly scopes?: readonly string[]
  readonly claims?: Readonly<Record<string, unknown>>
}

/** A token of the tests' issuer, by default with every scope. */
export const tokenOf = async (options: TokenOf = {}): Promise<string> =>
  ((await send(`${server.controlUrl}/tokens`, 'POST', options)) as { token: string }).token

/** A fault between the client and the server. */
export const breakConnection = (fault: ProxyFault): Promise<unknown> =>
  send(`${server.controlUrl}/faults`, 'POST', fault)

/** The requests that the clients sent, with the faults that they met. */
export const requests = async (operationName?: string): Promise<ProxiedRequest[]> =>
  ((await send(`${server.controlUrl}/requests`, 'GET')) as ProxiedRequest[]).filter(
    (request) => operationName === undefined || request.operationName === operationName,
  )

export const restartServer = (awayMs: number): Promise<unknown> =>
  send(`${server.controlUrl}/restarts`, 'POST', { awayMs })

type Provider = keyof typeof server.emulators

/** A fault of a provider, as docs/test-data.md lists them. */
export const breakProvider = (provider: Provider, fault: Readonly<Record<string, unknown>>): Promise<unknown> =>
  send(`${server.emulators[provider]}/__emulator/faults`, 'POST', fault)

/** What a provider was asked, as `METHOD /path`. */
export const providerCalls = async (provider: Provider): Promise<string[]> =>
  ((await send(`${server.emulators[provider]}/__emulator/calls`, 'GET')) as { method: string; url: string }[]).map(
    ({ method, url }) => `${method} ${url.split('?', 1)[0]}`,
  )

/** Forgets faults, requests and calls; what was written stays. */
export async function clear(): Promise<void> {
  await send(`${server.controlUrl}/requests`, 'DELETE')
  await Promise.all(Object.values(server.emulators).map((url) => send(`${url}/__emulator/calls`, 'DELETE')))
}

/** A client with short waits of its own; those of the server are as they are. */
export const createClient = (options: Partial<KycGraphOptions> = {}): KycGraph =>
  new KycGraph({
    url: server.url,
    token: () => tokenOf(),
    retry: { minDelayMs: 5, maxDelayMs: 200, maxAttempts: 20 },
    ...options,
  })
