import { once } from 'node:events'
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import type { EmulatorCall, Exchange, Fault } from '../../datasources/emulator/run.js'
import { type ProviderName, providers } from '../../datasources/index.js'
import { startEmulators } from '../../src/dev/emulators.js'

/** The emulators of every provider, steered over HTTP, so that they may run in a process of their own. */
export interface ChaosEmulators {
  /** The settings that connect a server to them. */
  readonly settings: Readonly<Record<string, string>>
  readonly fault: (provider: ProviderName, fault: Omit<Fault, 'until'>) => Promise<void>
  readonly calls: (provider: ProviderName) => Promise<readonly EmulatorCall[]>
  /** Forgets calls and faults of all. */
  readonly clear: () => Promise<void>
  readonly close: () => Promise<void>
}

/** What the process of the emulators sends once they listen. */
export type EmulatorsMessage = Pick<ChaosEmulators, 'settings'>

interface EmulatorsOptions {
  readonly jwksUrl: string
  /** True: in a process of their own, so that their work is not the runner's. */
  readonly areApart: boolean
  /** Called for each exchange; only where they run in this process. */
  readonly watch?: ((provider: ProviderName, exchange: Exchange) => void) | undefined
}

async function startApart(jwksUrl: string): Promise<EmulatorsMessage & Pick<ChaosEmulators, 'close'>> {
  // Inherits the loader of this process.
  const child = fork(fileURLToPath(new URL('emulators-process.ts', import.meta.url)), [jwksUrl])
  const [{ settings }] = (await once(child, 'message')) as [EmulatorsMessage]
  return {
    settings,
    async close() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

/** Starts them on free ports. */
export async function startChaosEmulators({ jwksUrl, areApart, watch }: EmulatorsOptions): Promise<ChaosEmulators> {
  const { settings, close } = areApart
    ? await startApart(jwksUrl)
    : await startEmulators({ jwksUrl, ...(watch && { watch }) })
  const control = async (provider: ProviderName, method: 'GET' | 'POST' | 'DELETE', name: string, body?: object) => {
    const url = new URL(`/__emulator/${name}`, settings[`${provider.toUpperCase()}_URL`])
    const headers = { 'content-type': 'application/json' }
    const answer = await request(url, body === undefined ? { method } : { method, headers, body: JSON.stringify(body) })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`${method} ${url.pathname} of ${provider}: ${answer.statusCode}`)
    return text
  }

  return {
    settings,
    fault: async (provider, fault) => void (await control(provider, 'POST', 'faults', fault)),
    calls: async (provider) => JSON.parse(await control(provider, 'GET', 'calls')) as EmulatorCall[],
    async clear() {
      const names = Object.keys(providers) as ProviderName[]
      await Promise.all(names.map((name) => control(name, 'DELETE', 'calls')))
    },
    close,
  }
}
