import { ERROR_CODES } from '../../../datasources/contract/error-codes.js'
import type { LevelName } from '../../limits/quota-level.js'
import type { Instruments } from '../instruments.js'
import { BLAMED, type OperationClass, type OperationOutcome } from '../outcome.js'
import { LATENCY_BUCKETS } from './buckets.js'

const CODE = 'error code'

/** Metrics of GraphQL operations: latency, own time, cost, errors and the safelist. */
export function operationMetrics(instruments: Instruments) {
  const operations = instruments.histogram(
    {
      name: 'kyc_graphql_operation_seconds',
      help: 'GraphQL operations from the end of authentication to the answer.',
      unit: 'seconds',
      labels: {
        class: '`query`, `list` (a root field is a list or a connection), `mutation`, `none` (no valid operation)',
        outcome:
          '`ok`; the gravest error else: `caller`, `provider` (also a deadline that ran out), `server` (this server, its store or trail, the issuer, the register of consents)',
      },
    },
    [...LATENCY_BUCKETS, 15],
  )
  const refused = instruments.counter({
    name: 'kyc_requests_refused_total',
    help: 'Requests that were refused as a whole, before an operation began.',
    unit: 'requests',
    labels: { code: CODE },
  })
  const overhead = instruments.histogram(
    {
      name: 'kyc_overhead_seconds',
      help: 'Own time of GraphQL requests: from their arrival to their response, without the time of waiting for a provider or the store.',
      unit: 'seconds',
    },
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  )
  const costs = instruments.histogram(
    {
      name: 'kyc_graphql_operation_cost',
      help: 'Estimated cost of operations.',
      unit: 'points',
      labels: { type: '`query`, `mutation`' },
    },
    [1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 25_000],
  )
  const errors = instruments.counter({
    name: 'kyc_graphql_errors_total',
    help: 'Errors in the answers of operations.',
    unit: 'errors',
    labels: { code: CODE },
  })

  // A rate sees a series from its second value on: what is alerted begins with 0.
  for (const code of Object.keys(ERROR_CODES)) errors.inc({ code }, 0)
  for (const [code, blamed] of Object.entries(BLAMED)) if (blamed === 'server') refused.inc({ code }, 0)
  for (const of of ['query', 'list', 'mutation'])
    for (const outcome of ['ok', 'server']) operations.zero({ class: of, outcome })

  return {
    ...policyMetrics(instruments),
    failed: (code: string) => errors.inc({ code }),
    refused: (code: string) => refused.inc({ code }),
    operated: (of: OperationClass, outcome: OperationOutcome, seconds: number) =>
      operations.observe({ class: of, outcome }, seconds),
    spent: (seconds: number) => overhead.observe(seconds),
    reckoned: (type: string, cost: number) => costs.observe({ type }, cost),
  }
}

/** Metrics of what is decided about an operation before it runs. */
function policyMetrics(instruments: Instruments) {
  const unlisted = instruments.counter({
    name: 'kyc_unlisted_operations_total',
    help: 'Operations that are not on the safelist.',
    unit: 'operations',
    labels: { outcome: '`allowed` (`SAFELIST=log`), `refused` (`SAFELIST=enforce`)' },
  })
  const limited = instruments.counter({
    name: 'kyc_rate_limited_operations_total',
    help: 'Operations over the rate limit, by whose limit is spent.',
    unit: 'operations',
    labels: { level: '`user`, `client`, `tenant`' },
  })
  const deprecated = instruments.counter({
    name: 'kyc_deprecated_uses_total',
    help: 'Operations that use a deprecated field, argument, input field or enum value of their document. Values in variables are not read.',
    unit: 'operations',
    labels: {
      coordinate: 'schema coordinate, such as `CreateCustomerMessagePayload.sent`',
      client: '`client_id` or `azp` of the token, `none` without either, `other` after the first 100 of a process',
    },
  })

  return {
    unlisted: (outcome: 'allowed' | 'refused') => unlisted.inc({ outcome }),
    limited: (level: LevelName) => limited.inc({ level }),
    deprecated: (coordinate: string, client: string) => deprecated.inc({ coordinate, client }),
  }
}
