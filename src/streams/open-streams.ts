import type { CorsConfig } from '../config/types.js'
import type { EventLog } from '../events/event-log.js'
import type { AnswerBuffer } from '../http/answer-buffer.js'
import type { trustOf } from '../http/client-address.js'
import type { EntryChecks } from '../http/front.js'
import type { HttpRequest, HttpResponse } from '../http/graphql-handler.js'
import { createSseHandler } from './sse.js'
import { StreamLimits } from './stream-limits.js'
import { Streams, type StreamsParts } from './streams.js'
import type { Tenants } from '../tenants/tenants.js'
import { UnannouncedPolls } from './unannounced-polls.js'
import { WatchedObjects } from './watched-objects.js'
import { WebSockets } from './websockets.js'

interface OpenOptions extends Omit<StreamsParts, 'objects' | 'tenantIdOf' | 'deadlines'>, EntryChecks {
  readonly events: EventLog
  readonly tenants: Pick<Tenants, 'of' | 'find'>
  readonly cors: CorsConfig
  readonly trusts: ReturnType<typeof trustOf>
  readonly answers: AnswerBuffer
}

/** The streams of a server. */
export interface OpenStreams {
  /** Answers a request by server-sent events. */
  readonly answer: (request: HttpRequest) => Promise<HttpResponse>
  readonly webSockets: WebSockets
  /** Tells the clients of all streams to open them again; resolves when their WebSockets are closed. */
  readonly stop: () => Promise<void>
}

/** Opens what streams are made of. */
export function openStreams({ events, tenants, cors, trusts, answers, ...parts }: OpenOptions): OpenStreams {
  const streams = new Streams({
    ...parts,
    objects: new WatchedObjects({ events, polls: new UnannouncedPolls(tenants), now: parts.now }),
    tenantIdOf: (caller) => tenants.of(caller).config.id,
  })
  const webSockets = new WebSockets({
    ...parts,
    streams,
    limits: new StreamLimits(parts.settings),
    lifetimeMs: parts.settings.lifetimeMs,
    cors,
    trusts,
  })
  return {
    answer: createSseHandler(streams, answers),
    webSockets,
    async stop() {
      // A connection that closes tells its streams' clients nothing else.
      const closed = webSockets.stop()
      streams.stop()
      await closed
    },
  }
}
