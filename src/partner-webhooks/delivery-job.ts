import type { Job } from 'bullmq'
import { WebhookDeliveryOutcome as Outcome } from '../../schema/webhook-endpoint.js'
import type { DeliveryIds, QueuedDelivery, Replay } from './contract.js'

/** The hash tag keeps all keys of the queue in one slot of a cluster: its scripts need several of them. */
export const QUEUE = '{deliveries}'

/** What the job of a delivery holds. */
export interface DeliveryData extends DeliveryIds {
  /** The last replay that was begun, and how often a worker had taken the job before it. */
  readonly replay?: Replay & { readonly taken: number }
}

/** A delivery as a job of BullMQ. */
export type DeliveryJob = Job<DeliveryData, Outcome>

/** The id of the job of a delivery. */
export const jobIdOf = ({ eventId, endpointId }: DeliveryIds): string => `${eventId}.${endpointId}`

/** The delivery of a job's id. */
export const idsOf = (jobId: string): DeliveryIds => {
  const [eventId = '', endpointId = ''] = jobId.split('.')
  return { eventId, endpointId }
}

const outcomeOf = (text: unknown): Outcome | undefined => Object.values(Outcome).find((outcome) => outcome === text)

/** The state of the delivery of a job. */
export function stateOf({ finishedOn, returnvalue, attemptsMade }: DeliveryJob): QueuedDelivery['state'] {
  if (finishedOn != null) return outcomeOf(returnvalue) === undefined ? 'dead' : 'delivered'
  return attemptsMade > 0 ? 'retrying' : 'pending'
}

/** The last replay of a job, where it was made: what has ended was taken since. */
function replayOf({ data: { replay }, finishedOn, attemptsStarted }: DeliveryJob): Replay | undefined {
  if (replay === undefined) return undefined
  const { by, at, taken } = replay
  return finishedOn == null || attemptsStarted > taken ? { by, at } : undefined
}

/** The delivery of a job. */
export function toDelivery(job: DeliveryJob): QueuedDelivery {
  const { id, attemptsMade, returnvalue, failedReason, finishedOn, processedOn, delay: delayMs, timestamp } = job
  const isOver = finishedOn != null
  return {
    ...idsOf(id!),
    attempts: attemptsMade,
    lastOutcome: outcomeOf(returnvalue) ?? outcomeOf(failedReason),
    state: stateOf(job),
    nextAttemptAt: isOver ? undefined : delayMs > 0 ? (processedOn ?? timestamp) + delayMs : timestamp,
    createdAt: timestamp,
    endedAt: finishedOn ?? undefined,
    replay: replayOf(job),
  }
}
