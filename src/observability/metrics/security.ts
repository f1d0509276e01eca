import { ACTIONS } from '../../security-events/events.js'
import type { Instruments } from '../instruments.js'

/** Metrics of the register of consents. */
export function consentMetrics(instruments: Instruments) {
  const questions = instruments.counter({
    name: 'kyc_consent_questions_total',
    help: 'Questions that the register of consents was asked.',
    unit: 'questions',
    labels: { outcome: '`allowed`, `refused`, `failed`' },
  })

  return { askedForConsent: (outcome: 'allowed' | 'refused' | 'failed') => questions.inc({ outcome }) }
}

/** Metrics of security events. */
export function securityMetrics(instruments: Instruments) {
  const events = instruments.counter({
    name: 'kyc_security_events_total',
    help: 'Security events.',
    unit: 'events',
    labels: { action: 'action of the event, such as `login-failed`', outcome: '`success`, `failure`' },
  })
  const lost = instruments.counter({
    name: 'kyc_security_events_lost_total',
    help: 'Lines of security events that were not written, because the sink fails.',
    unit: 'lines',
  })
  const refused = instruments.counter({
    name: 'kyc_connections_refused_total',
    help: 'Connections that were closed before a request was read.',
    unit: 'connections',
    labels: {
      reason:
        '`address` (too many of one), `banned` (its address goes on with abuse), `total`, `header_bytes`, `header_time`',
    },
  })

  for (const reason of ['address', 'banned', 'total', 'header_bytes', 'header_time']) refused.inc({ reason }, 0)
  for (const [action, { outcome }] of Object.entries(ACTIONS)) events.inc({ action, outcome }, 0)

  return {
    securityEvent: (action: string, outcome: string) => events.inc({ action, outcome }),
    securityEventsLost: (lines: number) => lost.inc(lines),
    connectionRefused: (reason: string) => refused.inc({ reason }),
  }
}
