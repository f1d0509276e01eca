import type { Instruments } from '../instruments.js'

/** The parts of the settings that are read again when a file of theirs changes, beside those of providers. */
const RELOADED_PARTS = ['store', 'issuers', 'consent', 'securityLog', 'checkpoints', 'traces', 'tls'] as const
export type ReloadedPart = (typeof RELOADED_PARTS)[number]

/** Metrics of provider settings that were read again because a file of theirs has changed. */
export function providerReloadMetrics(instruments: Instruments) {
  const reloads = instruments.counter({
    name: 'kyc_provider_settings_reloads_total',
    help: 'Readings of the provider settings after a change of their files.',
    unit: 'readings',
    labels: { outcome: '`applied`, `unchanged`, `refused`' },
  })
  const stale = instruments.gauge({
    name: 'kyc_provider_settings_stale',
    help: 'Whether the provider settings in use are older than their files, which were refused: 1 or 0.',
    unit: '0 or 1',
  })

  return {
    reloaded(outcome: 'applied' | 'unchanged' | 'refused') {
      reloads.inc({ outcome })
      stale.set(outcome === 'refused' ? 1 : 0)
    },
  }
}

/** Metrics of the other settings that are read again. */
export function reloadMetrics(instruments: Instruments) {
  const part =
    '`store` (access to Redis, key ring), `issuers`, `consent`, `securityLog`, `checkpoints`, `traces`, `tls`'
  const reloads = instruments.counter({
    name: 'kyc_settings_reloads_total',
    help: 'Readings of a part of the settings after a change of its files.',
    unit: 'readings',
    labels: { part, outcome: '`read`, `refused`' },
  })
  const stale = instruments.gauge({
    name: 'kyc_settings_stale',
    help: 'Whether a part of the settings in use is older than its files, which were refused: 1 or 0.',
    unit: '0 or 1',
    labels: { part },
  })
  for (const part of RELOADED_PARTS) stale.set({ part }, 0)

  return {
    settingsRead(part: ReloadedPart, outcome: 'read' | 'refused') {
      reloads.inc({ part, outcome })
      stale.set({ part }, outcome === 'refused' ? 1 : 0)
    },
  }
}
