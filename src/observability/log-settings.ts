import type { Settings } from '../../datasources/contract/provider.js'

/** Which operations have a line of the log. */
export interface OperationLogSettings {
  /** True: every operation; false: those that were slow or failed. */
  readonly all: boolean
  /** From which duration an operation is slow, in milliseconds. */
  readonly slowMs: number
}

/** The settings of the log. */
export interface LogSettings {
  readonly level: string
  readonly format: 'json' | 'pretty'
  readonly operations: OperationLogSettings
}

/** Reads the settings of the log. */
export const readLogSettings = (settings: Settings): LogSettings => ({
  level: settings.choice(
    'LOG_LEVEL',
    'Least severe level that is logged; `debug` logs every provider call.',
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'info',
  ),
  format: settings.choice(
    'LOG_FORMAT',
    'Form of the log: lines of JSON with the field names of ECS, or `pretty` for people, which needs the package `pino-pretty`.',
    ['json', 'pretty'],
    'json',
  ),
  operations: {
    all:
      settings.choice(
        'LOG_OPERATIONS',
        'Operations that have a line of the log: `notable` are those that were slow or failed.',
        ['notable', 'all'],
        'notable',
      ) === 'all',
    slowMs: settings.integer(
      'LOG_SLOW_OPERATION_MS',
      'Duration in milliseconds from which an operation is slow.',
      2_000,
      { min: 0, max: 600_000 },
    ),
  },
})
