import { type Attributes, SpanKind as OtelKind } from '@opentelemetry/api'
import {
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_STORED_PROCEDURE_NAME,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions'
import type { SpanFacts, SpanKind, SpanOutcome } from '../../../datasources/contract/trace.js'
import type { OperationEnd } from '../operation-end.js'

/** Attributes that the semantic conventions have no stable name for. */
export const ATTRIBUTES = {
  operationType: 'graphql.operation.type',
  operationName: 'graphql.operation.name',
  urlTemplate: 'url.template',
  operationHash: 'kyc.operation.hash',
  cost: 'kyc.operation.cost',
  providerCalls: 'kyc.operation.provider_calls',
  ownMs: 'kyc.operation.own_ms',
  errorCodes: 'kyc.operation.error_codes',
  correlationId: 'kyc.correlation_id',
  client: 'kyc.client.id',
  question: 'kyc.question',
  batchKeys: 'kyc.batch.keys',
  provider: 'kyc.provider',
  isShared: 'kyc.call.shared',
  wait: 'kyc.wait',
  storeAction: 'kyc.store.action',
  storeFound: 'kyc.store.found',
} as const

/** How a span is shown. */
export interface Shown {
  readonly name: string
  /** Default: internal. */
  readonly kind?: OtelKind
  readonly attributes: Attributes
}

/** How each kind of span is shown. */
const SHOWN: { readonly [Kind in SpanKind]: (facts: SpanFacts[Kind]) => Shown } = {
  question: ({ name }) => ({ name, attributes: { [ATTRIBUTES.question]: name } }),
  batch: ({ keys }) => ({ name: 'batch', attributes: { [ATTRIBUTES.batchKeys]: keys } }),
  call: ({ provider, method, route, isShared = false }) => ({
    name: `${provider} ${method} ${route}`,
    attributes: {
      [ATTRIBUTES.provider]: provider,
      [ATTRIBUTES.urlTemplate]: route,
      [ATTR_HTTP_REQUEST_METHOD]: method,
      [ATTRIBUTES.isShared]: isShared,
    },
  }),
  attempt: ({ method, route, host, port, resends }) => ({
    name: `${method} ${route}`,
    kind: OtelKind.CLIENT,
    attributes: {
      [ATTR_HTTP_REQUEST_METHOD]: method,
      [ATTRIBUTES.urlTemplate]: route,
      [ATTR_SERVER_ADDRESS]: host,
      [ATTR_SERVER_PORT]: port,
      ...(resends > 0 && { [ATTR_HTTP_REQUEST_RESEND_COUNT]: resends }),
    },
  }),
  wait: ({ reason }) => ({ name: `wait: ${reason}`, attributes: { [ATTRIBUTES.wait]: reason } }),
  store: ({ action }) => ({ name: `store: ${action}`, attributes: { [ATTRIBUTES.storeAction]: action } }),
  command: ({ command, script }) => ({
    name: script === undefined ? command : `${command} ${script}`,
    kind: OtelKind.CLIENT,
    attributes: {
      [ATTR_DB_SYSTEM_NAME]: 'redis',
      [ATTR_DB_OPERATION_NAME]: command,
      ...(script !== undefined && { [ATTR_DB_STORED_PROCEDURE_NAME]: script }),
    },
  }),
}

/** The name, kind and attributes of a span that begins. */
export const shown = <Kind extends SpanKind>(kind: Kind, facts: SpanFacts[Kind]): Shown => SHOWN[kind](facts)

/** What went wrong, as `error.type`: the error code, or the status of a provider that refused. */
const errorTypeOf = ({ code, status }: SpanOutcome): string | undefined =>
  code ?? (status !== undefined && status >= 400 ? String(status) : undefined)

/** Adds how a span ended to its attributes; true where it failed, which is where it has `error.type`. */
export function addOutcome(attributes: Attributes, outcome: SpanOutcome): boolean {
  const { status, isFound } = outcome
  const errorType = errorTypeOf(outcome)
  if (status !== undefined) attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = status
  if (isFound !== undefined) attributes[ATTRIBUTES.storeFound] = isFound
  if (errorType !== undefined) attributes[ATTR_ERROR_TYPE] = errorType
  return errorType !== undefined
}

/** The name and attributes of the span of an operation that ends: its document is named by its hash, and only a promised name is told. */
export function operationShown(end: OperationEnd): Pick<Shown, 'name' | 'attributes'> {
  const { type = 'operation', name, hash, codes, cost, client } = end
  const attributes: Attributes = {}
  if (end.type !== undefined) attributes[ATTRIBUTES.operationType] = end.type
  if (name !== undefined) attributes[ATTRIBUTES.operationName] = name
  if (hash !== undefined) attributes[ATTRIBUTES.operationHash] = hash
  if (cost !== undefined) attributes[ATTRIBUTES.cost] = cost
  if (client !== undefined) attributes[ATTRIBUTES.client] = client
  if (codes.length > 0) {
    attributes[ATTRIBUTES.errorCodes] = [...codes]
    attributes[ATTR_ERROR_TYPE] = codes[0]!
  }
  attributes[ATTRIBUTES.providerCalls] = end.providerCalls
  attributes[ATTRIBUTES.ownMs] = Math.round(end.ownMs * 100) / 100
  attributes[ATTRIBUTES.correlationId] = end.correlationId
  return { name: name === undefined || name === '' ? type : `${type} ${name}`, attributes }
}
