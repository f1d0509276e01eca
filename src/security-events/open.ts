import { isDeepStrictEqual } from 'node:util'
import type { Sink } from '../audit/sink.js'
import { openSink } from '../audit/sinks.js'
import type { Config } from '../config.js'
import { trustOf } from '../http/client-address.js'
import { EventLog } from './event-log.js'
import type { SecurityEvent } from './events.js'
import { LineWriter } from './line-writer.js'
import { SecurityEvents } from './security-events.js'
import type { SecurityDestination } from './settings.js'
import type { SyslogAddress } from './syslog-address.js'
import { headOf, syslogMessage, syslogSink } from './syslog.js'

interface Observer {
  readonly securityEvent: (action: string, outcome: string) => void
  readonly securityEventsLost: (events: number) => void
}

/** The part of the log that is needed; a tool has none. */
interface Warnings {
  readonly warn: (facts: object, message: string) => void
}

const sinkOf = (
  destination: SecurityDestination,
  address: () => SyslogAddress,
  redis: Config['redis'],
  { warn }: Warnings,
): Sink =>
  'syslog' in destination
    ? syslogSink(destination.syslog.transport, address)
    : openSink({ audit: destination, auditFsync: 'off', redis }, (what) =>
        warn({ what }, 'the file of security events was open to others'),
      )

/** Opens the stream of `SECURITY_LOG`. A sink that fails, and one that takes lines again, is logged once. */
export function openSecurityEvents(
  { securityLog, redis, trustProxy }: Pick<Config, 'securityLog' | 'redis' | 'trustProxy'>,
  metrics: Observer,
  log: Warnings,
): SecurityEvents {
  const trusts = trustOf(trustProxy)
  const count = metrics.securityEvent
  if (securityLog === undefined) return new SecurityEvents({ count, trusts })
  let destination = securityLog
  const isSyslog = 'syslog' in securityLog
  const address = () => (destination as { readonly syslog: SyslogAddress }).syslog
  const writer = new LineWriter(sinkOf(securityLog, address, redis, log), {
    lost: metrics.securityEventsLost,
    changed: (cause) =>
      cause === undefined
        ? log.warn({}, 'security events are written again')
        : log.warn({ cause }, 'security events cannot be written'),
  })
  const events = new EventLog({
    write: (line, event) => writer.push(isSyslog ? syslogMessage(line, headOf(event), Date.now()) : line),
  })
  return new SecurityEvents({
    count,
    trusts,
    log: { events, writer },
    use(next) {
      if (isDeepStrictEqual(next, destination)) return false
      destination = next
      return true
    },
  })
}

/** The stream of a tool. */
export interface ToolEvents {
  readonly record: (event: SecurityEvent) => void
  /** Writes what waits. Tells the operator how many events were not written, and returns their number. */
  readonly close: () => Promise<number>
}

/** Opens the stream for a tool, which has no metrics and tells its operator what fails. */
export function openToolEvents(config: Parameters<typeof openSecurityEvents>[0]): ToolEvents {
  let lost = 0
  const observer = { securityEvent: () => undefined, securityEventsLost: (events: number) => void (lost += events) }
  const warn = (_facts: object, message: string) => console.error(`SECURITY_LOG: ${message}.`)
  const events = openSecurityEvents(config, observer, { warn })
  return {
    record: (event) => events.record(event),
    async close() {
      await events.close()
      if (lost > 0) console.error(`${lost} security events were not written.`)
      return lost
    },
  }
}
