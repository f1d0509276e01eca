import { get } from 'node:http'
import { environment } from '../settings/environment.js'

/** How long the answer may take; a health check of a container waits no longer. */
const TIMEOUT_MS = 3_000

/**
 * The health check of a container: exit code 0 when `GET /health` of the admin listener answers 200. It connects by
 * loopback, so `ADMIN_HOST` is loopback or all addresses.
 */
const port = Number(environment()['ADMIN_PORT'] ?? 0)
if (port === 0) {
  console.error('ADMIN_PORT is not set: there is no admin listener to ask.')
  process.exit(1)
}
get({ host: '127.0.0.1', port, path: '/health', timeout: TIMEOUT_MS }, ({ statusCode }) => {
  process.exit(statusCode === 200 ? 0 : 1)
})
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
