import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** The interaction id of FAPI: a client and a server find the two halves of one exchange by it. */
export const INTERACTION_HEADER = 'x-fapi-interaction-id'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const TRACE_ID = /^[0-9a-f]{32}$/i

/**
 * A client's interaction id when it is a UUID, else the correlation id where that is a UUID or a trace id, else a new one:
 * it is logged and sent to providers, so no other text may pass.
 */
export function interactionIdOf(given: unknown, correlationId: string): string {
  if (typeof given === 'string' && UUID.test(given)) return given
  if (UUID.test(correlationId)) return correlationId
  if (!TRACE_ID.test(correlationId)) return randomUUID()
  return correlationId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The ids of a request that Fastify takes: its answer has them from the first hook on. */
export const idsOf = ({ id }: FastifyRequest, reply: FastifyReply) => ({
  correlationId: id,
  interactionId: String(reply.getHeader(INTERACTION_HEADER)),
})
