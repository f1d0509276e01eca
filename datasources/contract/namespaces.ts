/** How the values of a namespace are erased: removed, replaced by a tombstone, or not at all, because none concerns a person. */
type Erasure = 'removed' | 'tombstone' | 'not needed'

/** A declared namespace of stored values. What is not declared cannot be stored; the data map lists what is. */
export interface NamespaceRule {
  /** What its values hold. */
  readonly holds: string
  /** The ids by which the values of a person are found; undefined where no value concerns a person. */
  readonly subjects?: string
  readonly lifetime: string
  readonly erasure: Erasure
  /** True where the first part of a name is the id of the person: found by name too. */
  readonly isNamedById?: boolean
  /** True where values hold text of clients that may name a person: it is searched for the id. */
  readonly holdsText?: boolean
}

/** The namespaces of the store. */
export const NAMESPACES = {
  write: {
    holds: 'the outcome of a write under an idempotency key: its payload or its refusal, and a keyed hash of the input',
    subjects:
      'customer, person, banking customer, SEI external id, account, user, staff user; e-mail and phone of contacts',
    lifetime: '`IDEMPOTENCY_KEY_DAYS` from the first call',
    erasure: 'tombstone',
  },
  'write-payload': {
    holds: 'the payload of a write, apart from its record, where `IDEMPOTENCY_PAYLOAD_HOURS` is shorter than its key',
    subjects: 'as `write`',
    lifetime: '`IDEMPOTENCY_PAYLOAD_HOURS` from the end of the write',
    erasure: 'removed',
  },
  entitlements: {
    holds: 'the entitlements of a banking customer, with account numbers, as Apiture last confirmed them',
    subjects: 'banking customer',
    lifetime: '`APITURE_RETENTION_DAYS` from the last change',
    erasure: 'removed',
    isNamedById: true,
  },
  challenge: {
    holds:
      'an identity challenge of Apiture that a caller got: ids and kinds of its factors, a hash of the write that it guards, and how often it was tried',
    subjects: 'banking customer',
    lifetime: '30 minutes from the last step',
    erasure: 'removed',
  },
  'challenge-token': {
    holds: 'the token of a challenge that a customer has completed, until the write that it guards has used it',
    subjects: 'banking customer',
    lifetime: '30 minutes at most',
    erasure: 'removed',
  },
  'challenge-attempts': {
    holds: 'how often factors of a banking customer were started and verified in this hour',
    subjects: 'banking customer',
    lifetime: '1 hour',
    erasure: 'removed',
    isNamedById: true,
  },
  verification: {
    holds: 'who asked for an account verification, its poll schedule, and its last pending result',
    subjects: 'the verified account, who asked',
    lifetime: '`BANFICO_RETENTION_DAYS`',
    erasure: 'removed',
  },
  'verification-result': {
    holds: 'the result of an account verification, with the name that the bank disclosed',
    subjects: 'the verified account',
    lifetime: '`VERIFICATION_MAX_AGE_SECONDS`',
    erasure: 'removed',
  },
  'verification-question': {
    holds: 'the same result, by a keyed hash of the question',
    subjects: 'the verified account',
    lifetime: '`VERIFICATION_MAX_AGE_SECONDS`',
    erasure: 'removed',
  },
  'verification-job': {
    holds: 'who began a job of account verifications, when, and the number of its rows',
    subjects: 'who asked',
    lifetime: '`BANFICO_RETENTION_DAYS`',
    erasure: 'removed',
  },
  'verification-row': {
    holds:
      "a row of such a job: the client's reference, the payee until the bank is asked, then the result or the error",
    subjects: 'the verified account',
    lifetime: '`BANFICO_RETENTION_DAYS` from the last change',
    erasure: 'removed',
  },
  'verification-lease': {
    holds: 'which process runs such a job, and until when',
    lifetime: '`BANFICO_RETENTION_DAYS` at most',
    erasure: 'not needed',
  },
  'attributes-job': {
    holds:
      'the state of a write of account attributes at SEI, and the errors that SEI reported, which may repeat a value',
    subjects: 'SEI external id',
    lifetime: '`SEI_RETENTION_DAYS` from the last change',
    erasure: 'removed',
  },
  apq: {
    holds: 'texts of persisted queries; a client may have written values into one',
    subjects: 'any id in the text',
    lifetime: '24 hours',
    erasure: 'removed',
    holdsText: true,
  },
  webhook: {
    holds: 'that the event of a provider was processed; its id is in the name, as a keyed hash',
    lifetime: '7 days',
    erasure: 'not needed',
  },
  dpop: {
    holds: 'that a DPoP proof was used; its id and its key are in the name, as a keyed hash',
    lifetime: 'minutes: as long as the proof could be used again',
    erasure: 'not needed',
  },
  event: {
    holds: 'a change of state: the ids of the object, of its tenant and of the tenant of its caller, and the state',
    subjects: 'person, customer, the verified account, SEI external id',
    lifetime: '`EVENT_RETENTION_HOURS`; `EVENT_MAX_COUNT` of them at most',
    erasure: 'removed',
  },
  'webhook-endpoint': {
    holds:
      "a webhook endpoint of a partner: its address, its secrets, its types of events, and whether it fails; the client's id",
    lifetime: 'until it is deleted; that it was, for 8 days',
    erasure: 'not needed',
  },
  'webhook-endpoints': {
    holds: 'which webhook endpoints the clients of a tenant have, with their types of events',
    lifetime: 'until they are deleted',
    erasure: 'not needed',
  },
  'stream-poll': {
    holds: 'when an object that streams wait for was read last; its id is in the name, as a keyed hash',
    lifetime: '5 minutes from the last read',
    erasure: 'not needed',
  },
  'provider-login': {
    holds: "the access token of this server's own user at a provider",
    lifetime: "the token's lifetime, 7 days at most",
    erasure: 'not needed',
  },
  'login-refusal': {
    holds: "that a provider refused this server's own credential",
    lifetime: '24 hours at most',
    erasure: 'not needed',
  },
} as const satisfies Readonly<Record<string, NamespaceRule>>

export type Namespace = keyof typeof NAMESPACES

/** What names hold that are no namespace of stored values. */
export interface UnstoredRule {
  /** What is kept under them, and what their names tell. */
  readonly holds: string
  readonly lifetime: string
}

/** Names in Redis that hold no stored value: the store's own records, counters, permits, probes, the queue and anchors. */
export const UNSTORED: Readonly<Record<string, UnstoredRule>> = {
  epoch: { holds: 'the epoch of the store, encrypted', lifetime: 'always' },
  spent: {
    holds:
      'query cost that a user, a client or a tenant has spent in a minute; whose it is is in the name, as a keyed hash',
    lifetime: '1 minute',
  },
  permits: {
    holds: 'calls that run at a provider, by random ids; the provider and the tenant are in the name, in clear',
    lifetime: 'until the calls have ended',
  },
  probe: { holds: 'a claim of the health check', lifetime: '5 seconds' },
  keys: { holds: 'which data keys a running process has, by their ids, in clear', lifetime: '30 seconds' },
  webhooks: {
    holds: 'deliveries to partners: ids of events and endpoints, times and outcomes, in clear',
    lifetime: '`EVENT_RETENTION_HOURS` after the end of each; the last 100,000 that were delivered',
  },
  audit: {
    holds: 'anchors of the audit trail: how far a chain is, in clear',
    lifetime: '400 days from the last line of a chain',
  },
  events: {
    holds: 'the order of changes of state: numbers, and ids in the names of their values, in clear',
    lifetime: '`EVENT_RETENTION_HOURS`; `EVENT_MAX_COUNT` of them at most',
  },
  'event-sequence': {
    holds:
      'how many changes of state an object had, with a keyed hash of the last one; the id of the object is in the name, as a keyed hash',
    lifetime: '`EVENT_SEQUENCE_DAYS` from the last change',
  },
}
