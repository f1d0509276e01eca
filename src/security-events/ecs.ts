import type { Caller } from '../../datasources/contract/caller.js'
import { ACTIONS, type ErasureReceipt, type SecurityEvent } from './events.js'

/** Characters of an id in a line; a token may name longer ones. */
const MAX_ID_LENGTH = 200

/** The request that an event belongs to. */
export interface EventIds {
  readonly correlationId: string
  readonly interactionId: string
  /** The W3C trace id, where there is one. */
  readonly traceId?: string | undefined
}

/** An event with what is known of where it comes from. */
export interface EventRecord {
  readonly event: SecurityEvent
  readonly address?: string | undefined
  readonly caller?: Caller | undefined
  readonly ids?: EventIds | undefined
}

/** How often an event was repeated, and since when. */
interface Repeats {
  readonly count: number
  readonly start: number
  readonly end: number
}

const short = (id: string | undefined): string | undefined =>
  id === undefined || id.length <= MAX_ID_LENGTH ? id : `${id.slice(0, MAX_ID_LENGTH)}…`

/** Letters outside ASCII, line separators among them, as escapes: a line is one line for every reader. */
const escaped = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

const timeOf = (ms: number): string => new Date(ms).toISOString()

/** Members that a type of event may have. */
interface Details {
  readonly action: string
  readonly reason?: string
  readonly rule?: string | undefined
  readonly count?: number
  readonly receipt?: ErasureReceipt
}

/** The line of an event: one JSON object with the field names of ECS. */
export function ecsLine({ event, address, caller, ids }: EventRecord, now: number, repeats?: Repeats): string {
  const { category, types, outcome } = ACTIONS[event.action]
  const { reason, rule, count, receipt }: Details = event
  const other = ids && ids.interactionId !== ids.correlationId ? ids.interactionId : undefined
  const line = {
    '@timestamp': timeOf(now),
    ecs: { version: '8.11.0' },
    event: {
      kind: 'event',
      category: [category],
      type: types,
      action: event.action,
      outcome,
      reason,
      module: 'kyc-graph',
      dataset: 'kyc-graph.security',
      ...(repeats && { start: timeOf(repeats.start), end: timeOf(repeats.end) }),
    },
    service: { name: 'kyc-graph' },
    ...(address !== undefined && { source: { ip: address } }),
    ...(rule !== undefined && { rule: { name: rule } }),
    ...(ids && { http: { request: { id: ids.correlationId } }, trace: { id: ids.traceId ?? ids.correlationId } }),
    ...(caller && { user: { id: short(caller.subject) }, organization: { id: short(caller.tenant) } }),
    ...(receipt && { user: { name: short(receipt.by) } }),
    kyc: {
      count: repeats?.count ?? count ?? 1,
      ...(caller && { client: { id: short(caller.client) }, actor: { id: short(caller.actor) } }),
      receipt: receipt && { id: receipt.erasure },
      interaction: other === undefined ? undefined : { id: other },
    },
  }
  return escaped(JSON.stringify(line))
}
