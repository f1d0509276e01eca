/** What stands for each action in the fields of the Elastic Common Schema (ECS 8.11). */
interface ActionRule {
  readonly category:
    'authentication' | 'api' | 'network' | 'intrusion_detection' | 'process' | 'configuration' | 'database'
  readonly types: readonly ('start' | 'access' | 'denied' | 'allowed' | 'error' | 'info' | 'admin' | 'change')[]
  readonly outcome: 'success' | 'failure'
}

const denied = (category: ActionRule['category']): ActionRule => ({ category, types: ['denied'], outcome: 'failure' })

/** The actions, a closed set because each is a metric label. */
export const ACTIONS = {
  'login-failed': { category: 'authentication', types: ['start'], outcome: 'failure' },
  'access-denied': denied('api'),
  'introspection-denied': denied('api'),
  'foreign-record': denied('api'),
  'personal-search': { category: 'api', types: ['access', 'allowed'], outcome: 'success' },
  'personal-search-denied': denied('api'),
  'consent-refused': denied('api'),
  'operation-not-listed': denied('api'),
  'limit-reached': denied('api'),
  'connection-refused': denied('network'),
  'address-banned': denied('network'),
  'webhook-forged': denied('intrusion_detection'),
  'audit-unusable': { category: 'process', types: ['error'], outcome: 'failure' },
  'audit-usable': { category: 'process', types: ['info'], outcome: 'success' },
  'audit-lost': { category: 'process', types: ['error'], outcome: 'failure' },
  'person-erased': { category: 'database', types: ['change'], outcome: 'success' },
  'erasure-failed': { category: 'database', types: ['error'], outcome: 'failure' },
  'store-accepted': { category: 'configuration', types: ['admin', 'change'], outcome: 'success' },
} as const satisfies Readonly<Record<string, ActionRule>>

export type SecurityAction = keyof typeof ACTIONS

/** Why a connection is closed before a request is read. */
export type ConnectionRefusal = 'address' | 'banned' | 'total' | 'header_bytes' | 'header_time'

/** The erasure of a person: by whom it was ordered, and the id of its receipt in the audit trail. */
export interface ErasureReceipt {
  readonly by: string
  readonly erasure: string
}

/** What a record that is not the caller's belongs to. */
export type ForeignKind = 'owner' | 'tenant' | 'bank'

/**
 * A security event. `reason` and `rule` are fixed words of this server: a class of failure, a scope, a limit or a
 * provider's name. No event holds a value, a name or a text that came from outside; that of an erasure names its operator.
 */
export type SecurityEvent =
  | { readonly action: 'login-failed'; readonly reason: string }
  | { readonly action: 'access-denied'; readonly rule: string | undefined }
  | { readonly action: 'introspection-denied' | 'operation-not-listed' }
  | { readonly action: 'foreign-record'; readonly reason: ForeignKind }
  | { readonly action: 'personal-search' | 'personal-search-denied'; readonly rule: string }
  | { readonly action: 'consent-refused'; readonly reason: string }
  | { readonly action: 'limit-reached'; readonly reason: string }
  | { readonly action: 'connection-refused'; readonly reason: ConnectionRefusal }
  | { readonly action: 'address-banned'; readonly reason: 'body_parts' }
  | { readonly action: 'webhook-forged'; readonly rule: string }
  | { readonly action: 'audit-unusable' | 'audit-usable' | 'store-accepted' }
  | { readonly action: 'person-erased'; readonly reason: 'complete' | 'incomplete'; readonly receipt: ErasureReceipt }
  | { readonly action: 'erasure-failed'; readonly receipt: ErasureReceipt }
  | { readonly action: 'audit-lost'; readonly count: number }
