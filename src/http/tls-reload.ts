import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { Server as TlsServer } from 'node:tls'
import { WatchedFiles } from '../lifecycle/watched-files.js'
import type { Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics.js'
import { TLS_PROTOCOL } from './tls-protocol.js'
import type { TlsConfig } from './tls-settings.js'

const isTls = (server: unknown): server is TlsServer => server instanceof Object && 'setSecureContext' in server

/**
 * Takes the certificate, its key and the authorities of clients again when their files change: new connections have them,
 * and open ones go on. Files that cannot be used, such as a key without its certificate, change nothing. Returns what
 * ends the watch.
 */
export function reloadTls(
  server: Server,
  tls: TlsConfig | undefined,
  log: Pick<Log, 'info' | 'warn'>,
  metrics: Pick<Metrics, 'settingsRead'>,
): () => void {
  if (tls === undefined || !isTls(server)) return () => undefined
  const { files } = tls
  const read = (path: string) => readFileSync(path, 'utf8')
  const watched = new WatchedFiles(() => {
    try {
      const [cert, key] = [read(files.cert), read(files.key)]
      server.setSecureContext({ ...TLS_PROTOCOL, cert, key, ...(files.ca === undefined ? {} : { ca: read(files.ca) }) })
      metrics.settingsRead('tls', 'read')
      log.info('TLS files were reloaded')
    } catch {
      metrics.settingsRead('tls', 'refused')
      log.warn('TLS files cannot be used; those of before stay in use')
    }
  })
  watched.set(Object.values(files).filter((path) => path !== undefined))
  return () => watched.close()
}
