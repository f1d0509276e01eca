import { randomUUID } from 'node:crypto'

/** A caller's correlation id when it is a UUID or a W3C trace id, else a new one: it is logged, so no other text may pass. */
export const correlationIdOf = (given: unknown): string =>
  typeof given === 'string' && /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(given)
    ? given
    : randomUUID()
