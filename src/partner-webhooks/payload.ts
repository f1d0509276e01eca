import type { WatchedType } from '../../datasources/contract/state-change.js'
import type { Scope } from '../../schema/scopes.js'
import { WebhookEventType } from '../../schema/webhook-endpoint.js'
import type { StateEvent } from '../events/event-log.js'

/** Each type of event: the kind of object that it tells of, and the scope that reads such an object. */
export const EVENT_TYPES: Readonly<Record<WebhookEventType, { readonly watched: WatchedType; readonly scope: Scope }>> =
  {
    VERIFICATION_RESULT: { watched: 'verificationResult', scope: 'verifications:read' },
    ACCOUNT_ATTRIBUTES_JOB: { watched: 'accountAttributesJob', scope: 'attributes:write' },
    ACCOUNT_VERIFICATIONS: { watched: 'accountVerifications', scope: 'verifications:read' },
    PERSON_VERIFICATION: { watched: 'personVerification', scope: 'persons:read' },
    KYC_OVERVIEW: { watched: 'kycOverview', scope: 'kyc:read' },
  }

const TYPE_OF = new Map(
  Object.values(WebhookEventType).map((type): [WatchedType, WebhookEventType] => [EVENT_TYPES[type].watched, type]),
)

/** The type of event that tells of a kind of object. */
export const eventTypeOf = (watched: WatchedType): WebhookEventType => TYPE_OF.get(watched)!

/** The body of the deliveries of an event: ids and words of the graph, and no personal value. */
export const payloadOf = ({ type, objectId, state, isFinal, sequence, at }: StateEvent): string =>
  JSON.stringify({
    type: `${type}.changed`,
    timestamp: at,
    data: { id: objectId, type, state, isFinal, sequence },
  })
