import type { Settings } from '../contract/provider.js'
import { isRelease, type Release } from './server-releases.js'

/**
 * Limits of the calls to the Open Bank Project, unless `<PROVIDER>_MAX_CONCURRENCY`, `<PROVIDER>_TIMEOUT_MS` and
 * `<PROVIDER>_MAX_RESPONSE_BYTES` say otherwise. Its lists have no pages, or pages as long as this server asks for.
 */
export const LIMITS = { maxConcurrency: 64, timeoutMs: 10_000, maxResponseBytes: 16 * 1024 * 1024 }

export interface DirectLogin {
  readonly username: string
  readonly password: string
  readonly consumerKey: string
}

interface OAuthClient {
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
}

export interface ObpSettings {
  readonly url: string
  /** The bank of a request that names none. */
  readonly bankId: string
  /** Every bank that a caller may name. */
  readonly bankIds: readonly string[]
  /** The release of the server; undefined where it is not set, so that the server's answers tell. */
  readonly release: Release | undefined
  /** How this server authenticates: as a user of the provider's own, or at an OAuth2 server that the provider trusts. */
  readonly service: { readonly direct: DirectLogin } | { readonly oauth: OAuthClient }
  /** How the provider is called as the caller; undefined where it cannot be. */
  readonly userToken: 'forward' | 'exchange' | undefined
}

const DIRECT = ['OBP_USERNAME', 'OBP_PASSWORD', 'OBP_CONSUMER_KEY']
const OAUTH = ['OBP_TOKEN_URL', 'OBP_CLIENT_ID', 'OBP_CLIENT_SECRET']

function directLogin(settings: Settings): DirectLogin {
  const login = {
    username: settings.text(
      'OBP_USERNAME',
      'User name for DirectLogin, unless OAuth2 is used: printable ASCII without commas and double quotes.',
    ),
    password: settings.secret(
      'OBP_PASSWORD',
      'Password for DirectLogin, unless OAuth2 is used: printable ASCII without commas and double quotes.',
    ),
    consumerKey: settings.secret(
      'OBP_CONSUMER_KEY',
      'Consumer key for DirectLogin, unless OAuth2 is used: letters and digits.',
    ),
  }
  // All three go into one header, quoted and separated by commas, without any escape.
  if (!/^[\x20-\x7e]*$/.test(login.username + login.password) || /[",]/.test(login.username + login.password))
    settings.problem(
      'OBP_USERNAME and OBP_PASSWORD must be printable ASCII without commas and double quotes: DirectLogin cannot carry others',
    )
  if (!/^[A-Za-z0-9]{0,512}$/.test(login.consumerKey)) settings.problem('OBP_CONSUMER_KEY must be letters and digits')
  return login
}

const oauthClient = (settings: Settings): OAuthClient => ({
  tokenUrl: settings.url(
    'OBP_TOKEN_URL',
    'OAuth2 token endpoint; required when OAuth2 is used instead of DirectLogin.',
  ),
  clientId: settings.text('OBP_CLIENT_ID', 'OAuth2 client id; required when OAuth2 is used instead of DirectLogin.'),
  clientSecret: settings.secret(
    'OBP_CLIENT_SECRET',
    'OAuth2 client secret; required when OAuth2 is used instead of DirectLogin.',
  ),
})

/** Reads the room's settings; exactly one of the two ways to log in must be complete. */
export function obpSettings(settings: Settings): ObpSettings {
  const url = settings.url('OBP_URL', 'Base URL of the Open Bank Project.')
  const bankId = settings.text('OBP_BANK_ID', 'Bank of an operation that names none.')
  const listed = settings.list(
    'OBP_BANK_IDS',
    'Banks that a caller may name, `OBP_BANK_ID` among them; without it only that one.',
  )
  if (listed.length > 0 && !listed.includes(bankId)) settings.problem('OBP_BANK_IDS must contain OBP_BANK_ID')

  const any = (names: readonly string[]) => names.some((name) => settings.has(name))
  const oauth = any(OAUTH)
  if (oauth && any(DIRECT))
    settings.problem(`${DIRECT.join(', ')} and ${OAUTH.join(', ')} are two ways to log in: set one of them`)
  if (!oauth && !any(DIRECT))
    settings.problem(`a way to log in is missing: set ${DIRECT.join(', ')}, or ${OAUTH.join(', ')}`)

  const userToken = settings.choice(
    'OBP_USER_TOKEN',
    'How `Viewer.customers` and `Viewer.messages` are read as the caller: `forward` sends the token of the caller, `exchange` exchanges it at `OBP_TOKEN_URL` (RFC 8693); without it they are not available.',
    ['forward', 'exchange'],
    undefined,
  )
  if (userToken === 'exchange' && !oauth) settings.problem(`OBP_USER_TOKEN=exchange needs ${OAUTH.join(', ')}`)

  const release = settings.optional(
    'OBP_RELEASE',
    'Release of the server, as year and month such as `2023-04`; without it, what the server answers decides which operations it has.',
  )
  if (release !== undefined && !isRelease(release))
    settings.problem('OBP_RELEASE must be a year and a month such as 2023-04')

  return {
    url,
    release,
    bankId,
    bankIds: listed.length > 0 ? listed : [bankId],
    service: oauth ? { oauth: oauthClient(settings) } : { direct: directLogin(settings) },
    userToken,
  }
}
