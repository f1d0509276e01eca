import type { Instruments } from '../instruments.js'

/** Metrics of the store beside its readiness. */
export function storeMetrics(instruments: Instruments) {
  const unreadable = instruments.counter({
    name: 'kyc_store_unreadable_values_total',
    help: 'Values of the store that could not be read with the keys of this process.',
    unit: 'values',
    labels: { cause: '`OTHER_KEY`, `UNKNOWN_VERSION` (a newer version wrote it), `ALTERED`' },
  })
  for (const cause of ['OTHER_KEY', 'UNKNOWN_VERSION', 'ALTERED']) unreadable.inc({ cause }, 0)

  return { unreadable: (cause: string) => unreadable.inc({ cause }) }
}
