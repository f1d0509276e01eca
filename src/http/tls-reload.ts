import type { Server } from 'node:http'
import type { Server as TlsServer } from 'node:tls'
import type { Config } from '../config.js'
import { PartReload } from '../lifecycle/part-reload.js'
import type { Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics/all-metrics.js'
import { secureContextOf } from './tls-protocol.js'

const isTls = (server: unknown): server is TlsServer => server instanceof Object && 'setSecureContext' in server

/**
 * Takes the certificate, its key and the authorities of clients again when their files change: new connections have them,
 * and open ones go on. Returns what ends the watch.
 */
export function reloadTls(
  server: Server,
  { reloaded }: Pick<Config, 'reloaded'>,
  log: Pick<Log, 'info' | 'warn'>,
  metrics: Pick<Metrics, 'settingsRead'>,
): () => void {
  if (!isTls(server)) return () => undefined
  const part = new PartReload({
    name: 'tls',
    read: reloaded.tls,
    use({ tls }) {
      if (tls === undefined) return
      server.setSecureContext(secureContextOf(tls))
      log.info({ part: 'tls' }, 'changed settings are in use')
    },
    log,
    metrics,
  })
  return () => part.close()
}
