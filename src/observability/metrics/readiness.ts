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
