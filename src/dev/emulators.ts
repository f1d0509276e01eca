import { providerEntries, type ProviderName } from '../../datasources/index.js'
import type { Emulator, Exchange } from '../../datasources/emulator/run.js'

export type Emulators = Readonly<Record<ProviderName, Emulator>>

/** Starts the emulator of every provider, on consecutive ports from `firstPort`, else on free ports; on loopback unless `host` says otherwise. */
export async function startEmulators(options: {
  firstPort?: number
  host?: string
  jwksUrl: string
  watch?: (provider: ProviderName, exchange: Exchange) => void
}): Promise<{ emulators: Emulators; settings: Record<string, string>; close: () => Promise<void> }> {
  const started = await Promise.all(
    providerEntries.map(async ([name, provider], i) => {
      const { start } = await provider.emulator()
      return [
        name,
        await start({
          port: options.firstPort === undefined ? 0 : options.firstPort + i,
          ...(options.host === undefined ? {} : { host: options.host }),
          jwksUrl: options.jwksUrl,
          watch: options.watch && ((exchange) => options.watch!(name, exchange)),
        }),
      ] as const
    }),
  )
  return {
    emulators: Object.fromEntries(started) as Emulators,
    settings: Object.assign({}, ...started.map(([, emulator]) => emulator.settings)) as Record<string, string>,
    close: async () => void (await Promise.all(started.map(([, emulator]) => emulator.close()))),
  }
}
