import type { ContractReport } from './report.js'

/** What decides the outcome of the command beside the report. */
export interface ContractRun {
  /** True when a test failed. */
  readonly hasFailed: boolean
  /** True when operations that no document describes are violations. */
  readonly isStrict: boolean
}

/** What the report leaves open, as sentences. */
export function warnings(report: ContractReport, { hasFailed, isStrict }: ContractRun): readonly string[] {
  const { exchanges, usedOperations, undescribed } = report
  const isUnused = exchanges > 0 && usedOperations.length === 0
  const count = `Operations that no document describes, not compared: ${undescribed.length}.`
  return [
    ...(hasFailed ? ['A test failed: the recording may be incomplete.'] : []),
    ...(exchanges === 0 ? ['No exchange with this provider was recorded.'] : []),
    ...(isUnused ? ['No document describes an operation that was recorded: nothing was compared.'] : []),
    ...(undescribed.length > 0 && !isUnused
      ? [`${count} ${isStrict ? '--strict counts them as violations.' : 'Add a document with --openapi.'}`]
      : []),
  ]
}

/** 1 for violations, 2 when nothing was compared or a test failed. */
export function exitCode(report: ContractReport, { hasFailed, isStrict }: ContractRun): 0 | 1 | 2 {
  const { requests, answers, undescribed, usedOperations } = report
  if (requests.length + answers.length > 0) return 1
  if (hasFailed || usedOperations.length === 0) return 2
  return isStrict && undescribed.length > 0 ? 1 : 0
}
