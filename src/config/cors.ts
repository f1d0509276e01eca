import type { Settings } from '../../datasources/contract/provider.js'
import type { CorsConfig } from './types.js'

/** A header's name (RFC 9110, 5.6.2); `*` would be a wildcard. */
const HEADER_NAME = /^(?!\*$)[!#$%&'*+.^_`|~0-9a-z-]+$/

function corsHeaders(settings: Settings): readonly string[] {
  const headers = settings
    .list('CORS_HEADERS', 'Request headers that browsers may send beside those of common clients; a comma list.')
    .map((name) => name.toLowerCase())
  if (!headers.every((name) => HEADER_NAME.test(name)))
    settings.problem('CORS_HEADERS must be a comma list of header names such as x-tenant; there is no wildcard')
  return headers
}

function corsOrigins(settings: Settings): readonly string[] {
  const origins = settings.list(
    'CORS_ORIGINS',
    'Origins that browsers may call from, such as `https://app.example`; there is no wildcard.',
  )
  if (origins.some((origin) => !/^https?:/.test(origin) || !URL.canParse(origin) || new URL(origin).origin !== origin))
    settings.problem('CORS_ORIGINS must be a comma list of origins such as https://app.example; there is no wildcard')
  return origins
}

/** Which pages browsers may call from, and what these may send. */
export const corsConfig = (settings: Settings, development: boolean): CorsConfig => ({
  origins: corsOrigins(settings),
  headers: corsHeaders(settings),
  allowsLoopback: development,
})
