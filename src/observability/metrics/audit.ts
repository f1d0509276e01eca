import type { Instruments } from '../instruments.js'

/** Metrics of the audit trail beside its readiness. */
export function auditMetrics(instruments: Instruments) {
  const checkpoints = instruments.gauge({
    name: 'kyc_audit_checkpoints_failing',
    help: 'Whether signed checkpoints of the audit trail cannot be written: 1 or 0.',
    unit: '0 or 1',
  })

  return { checkpointed: (isFailing: boolean) => checkpoints.set(isFailing ? 1 : 0) }
}
