import type { Instruments } from '../instruments.js'

/** Readiness of the dependencies. */
export function readinessMetrics(instruments: Instruments) {
  const dependency = '`store`, `audit`, `issuer`, `issuer 2` and so on of further issuers, `introspection`'
  const ready = instruments.gauge({
    name: 'kyc_ready',
    help: 'Whether a dependency can be used: 1 or 0; 0 until it has been reached.',
    unit: '0 or 1',
    labels: { dependency },
  })
  const changes = instruments.counter({
    name: 'kyc_dependency_changes_total',
    help: 'Changes of the state of a dependency.',
    unit: 'changes',
    labels: { dependency, cause: 'class of the error that made it unusable, `ok` when it is usable again' },
  })

  return {
    awaited: (dependency: string) => ready.set({ dependency }, 0),
    forgotten: (dependency: string) => ready.remove({ dependency }),
    depended(dependency: string, cause: string | undefined, isUsable: boolean) {
      ready.set({ dependency }, isUsable ? 1 : 0)
      changes.inc({ dependency, cause: cause ?? 'ok' })
    },
  }
}

/** Metrics of the store and of the audit trail beside their readiness. */
export function recordMetrics(instruments: Instruments) {
  const unreadable = instruments.counter({
    name: 'kyc_store_unreadable_values_total',
    help: 'Values of the store that could not be read with the keys of this process.',
    unit: 'values',
    labels: { cause: '`OTHER_KEY`, `UNKNOWN_VERSION` (a newer version wrote it), `ALTERED`' },
  })
  const checkpoints = instruments.gauge({
    name: 'kyc_audit_checkpoints_failing',
    help: 'Whether signed checkpoints of the audit trail cannot be written: 1 or 0.',
    unit: '0 or 1',
  })

  for (const cause of ['OTHER_KEY', 'UNKNOWN_VERSION', 'ALTERED']) unreadable.inc({ cause }, 0)

  return {
    unreadable: (cause: string) => unreadable.inc({ cause }),
    checkpointed: (isFailing: boolean) => checkpoints.set(isFailing ? 1 : 0),
  }
}
