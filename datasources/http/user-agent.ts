import { createRequire } from 'node:module'

// By the import of package.json, so that the same line finds it beside the sources and beside the built files.
const { name, version } = createRequire(import.meta.url)('#package.json') as { name: string; version: string }

/** The version of this server. */
export const VERSION = version

/** The header of every request of this server (RFC 9110, 10.1.5). */
export const USER_AGENT = `${name}/${version}`
