import type { Instruments } from '../instruments.js'

const TRANSPORT = '`sse`, `websocket`'

/** Metrics of the streams of subscriptions. */
export function streamMetrics(instruments: Instruments) {
  let count: ((transport: string) => number) | undefined
  const open = instruments.gauge({
    name: 'kyc_streams_open',
    help: 'Open streams of subscriptions.',
    unit: 'streams',
    labels: { transport: TRANSPORT },
  })
  const events = instruments.counter({
    name: 'kyc_stream_events_total',
    help: 'Results that were sent on streams.',
    unit: 'results',
    labels: { transport: TRANSPORT },
  })
  const ends = instruments.counter({
    name: 'kyc_streams_ended_total',
    help: 'Streams that have ended.',
    unit: 'streams',
    labels: {
      transport: TRANSPORT,
      reason:
        '`completed` (the state is final), `refused` (no result), `client` (it has left), `token` (it has ended), `lifetime` (`STREAM_LIFETIME_MINUTES`), `restart` (the server stops), `slow_reader`',
    },
  })
  const delays = instruments.histogram(
    {
      name: 'kyc_stream_event_seconds',
      help: 'Time from the record of a change of state to its result on a stream.',
      unit: 'seconds',
    },
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  )
  for (const transport of ['sse', 'websocket']) events.inc({ transport }, 0)

  return {
    /** Names what the gauge is read from, at each scrape. */
    countsStreams: (by: (transport: string) => number) => void (count = by),
    readStreams: () => {
      for (const transport of ['sse', 'websocket']) open.set({ transport }, count?.(transport) ?? 0)
    },
    streamed: (transport: string, seconds: number | undefined) => {
      events.inc({ transport })
      if (seconds !== undefined) delays.observe(Math.max(0, seconds))
    },
    streamEnded: (transport: string, reason: string) => ends.inc({ transport, reason }),
  }
}
