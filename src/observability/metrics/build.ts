import { createRequire } from 'node:module'
import type { Instruments } from '../instruments.js'

const { version } = createRequire(import.meta.url)('#package.json') as { readonly version: string }

/** The metric of the version that runs, which does not change. */
export function buildMetric(instruments: Instruments): void {
  const build = instruments.gauge({
    name: 'kyc_build_info',
    help: 'The version that runs; the value is always 1.',
    unit: '1',
    labels: { version: 'version of `package.json`' },
  })
  build.set({ version }, 1)
}
