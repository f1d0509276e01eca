import type { Settings } from '../../datasources/contract/provider.js'
import { authority } from '../settings/settings-reader.js'
import { proofAlgorithms, tokenAlgorithms } from './algorithms.js'
import type { CallerRules } from './caller-claims.js'
import type { FormRules } from './token-form.js'

/** Whether tokens that are bound to a DPoP key are refused, accepted, or the only ones beside those of a client certificate. */
export type DpopMode = 'off' | 'allow' | 'require'

/** The introspection endpoint of an issuer. */
export interface IntrospectionConfig {
  readonly url: string
  /** Undefined where the endpoint asks for no credentials. */
  readonly client: { readonly id: string; readonly secret: string } | undefined
  /** How long an answer is used, at most until the token ends. */
  readonly cacheMs: number
}

/** An issuer of tokens: what it is called, how its tokens are verified, and what of them is taken. */
export interface IssuerConfig extends CallerRules, FormRules {
  readonly issuer: string
  /** Undefined where the clients alone tell for whom a token is. */
  readonly audience: string | undefined
  /** Where its keys are: an address, the one that its metadata names, or none where every token is introspected. */
  readonly keys: { readonly url: string } | 'discovered' | undefined
  /** Certificate authority (PEM) of the issuer, instead of the public ones. */
  readonly ca: string | undefined
  /** The algorithms by which its tokens may be signed. */
  readonly algorithms: readonly string[]
  /** How long keys that were read are used while they cannot be read again. */
  readonly staleMs: number
  readonly introspection: IntrospectionConfig | undefined
}

/** Whose tokens are accepted, and how they must be presented. */
export interface TokenConfig {
  /** The first is that of the environment, whose names stand as they are. */
  readonly issuers: readonly IssuerConfig[]
  readonly dpop: DpopMode
  readonly dpopAlgorithms: readonly string[]
  readonly needsDpopNonce: boolean
  /** Addresses under which clients reach this server; empty: the one that a request names. */
  readonly publicUrls: readonly string[]
  /** The header in which a trusted proxy names the client's certificate, in lower case. */
  readonly certificateHeader: string | undefined
}

/** Opens the settings of one entry of a file; `where` begins the problems that it tells. */
export type OpenEntry = (values: Readonly<Record<string, string>>, where: string) => Settings

type Unqualified = Omit<IssuerConfig, 'namespace' | 'otherNamespaces'>

/** Settings of one issuer, which `AUTH_ISSUERS_FILE` takes too. */
const PER_ISSUER = [
  'AUTH_ISSUER',
  'AUTH_AUDIENCE',
  'AUTH_CLIENTS',
  'AUTH_JWKS_URL',
  'AUTH_JWKS_STALE_SECONDS',
  'AUTH_CA_FILE',
  'AUTH_ALGORITHMS',
  'AUTH_TOKEN_TYPE',
  'AUTH_MAX_TOKEN_LIFETIME_SECONDS',
  'AUTH_SCOPE_CLAIM',
  'AUTH_SCOPE_PREFIX',
  'AUTH_CLIENT_CLAIM',
  'AUTH_SUBJECT_CLAIM',
  'AUTH_TENANT_CLAIM',
  'AUTH_TENANTS',
  'AUTH_INTROSPECTION_URL',
  'AUTH_INTROSPECTION_CLIENT_ID',
  'AUTH_INTROSPECTION_CLIENT_SECRET',
  'AUTH_INTROSPECTION_CLIENT_SECRET_FILE',
  'AUTH_INTROSPECTION_CACHE_SECONDS',
]

/** The names of claims, in the order in which they are looked for. */
function claims(settings: Settings, name: string, description: string, fallback: string): readonly string[] {
  const text = settings.text(name, description, fallback)
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}

const callerRules = (settings: Settings): Omit<CallerRules, 'namespace' | 'otherNamespaces'> => ({
  scopeClaims: claims(
    settings,
    'AUTH_SCOPE_CLAIM',
    'Claims with scopes, as a text or a list; a comma list, and a path such as `realm_access.roles` for a claim within a claim.',
    'scope,scp',
  ),
  scopePrefix: settings.optional(
    'AUTH_SCOPE_PREFIX',
    'What the scopes of this API begin with in a token; it is stripped, and scopes without it do not count.',
  ),
  clientClaims: claims(
    settings,
    'AUTH_CLIENT_CLAIM',
    'Claims with the client; of a comma list the first that a token has.',
    'client_id,azp',
  ),
  subjectClaims: claims(
    settings,
    'AUTH_SUBJECT_CLAIM',
    'Claims with the subject; of a comma list the first that a token has.',
    'sub',
  ),
  tenantClaims: claims(
    settings,
    'AUTH_TENANT_CLAIM',
    'Claims with the tenant; of a comma list the first that a token has.',
    'tenant,org_id',
  ),
  clients: settings.list(
    'AUTH_CLIENTS',
    'Clients whose tokens are accepted, by the claim of `AUTH_CLIENT_CLAIM`; without it, those of all clients.',
  ),
  tenants: settings.list(
    'AUTH_TENANTS',
    'Tenants that tokens may name; a token without one belongs to the only one. Without it, those of all tenants.',
  ),
})

const formRules = (settings: Settings): FormRules => ({
  tokenType: settings.choice(
    'AUTH_TOKEN_TYPE',
    'Header `typ` of access tokens: `at+jwt` demands that of RFC 9068, `any` takes `JWT` and none too.',
    ['any', 'at+jwt'],
    'any',
  ),
  maxLifetimeSeconds: settings.integer(
    'AUTH_MAX_TOKEN_LIFETIME_SECONDS',
    'The longest time from `iat` to `exp` of a JWT.',
    86_400,
    { min: 60, max: 31_536_000 },
  ),
})

function introspection(settings: Settings): IntrospectionConfig | undefined {
  const url = settings.has('AUTH_INTROSPECTION_URL')
    ? settings.url(
        'AUTH_INTROSPECTION_URL',
        'Introspection endpoint (RFC 7662) for tokens that are no JWT; one issuer may have it.',
      )
    : undefined
  const id = settings.optional(
    'AUTH_INTROSPECTION_CLIENT_ID',
    'Client that this server is at the introspection endpoint (HTTP Basic); without it, no credentials are sent.',
  )
  const secret = settings.optionalSecret('AUTH_INTROSPECTION_CLIENT_SECRET', 'Secret of that client.')
  if ((id === undefined) !== (secret === undefined))
    settings.problem('AUTH_INTROSPECTION_CLIENT_ID and AUTH_INTROSPECTION_CLIENT_SECRET belong together')
  const cacheSeconds = settings.integer(
    'AUTH_INTROSPECTION_CACHE_SECONDS',
    'How long an answer of the introspection endpoint is used, at most until the token ends; 0 asks for each request.',
    60,
    { min: 0, max: 3_600 },
  )
  if (url === undefined) return undefined
  const client = id === undefined || secret === undefined ? undefined : { id, secret }
  return { url, client, cacheMs: cacheSeconds * 1000 }
}

const ISSUER = 'Issuer of access tokens, their claim `iss`.'

/** Where the keys of an issuer are. */
function keySource(settings: Settings): IssuerConfig['keys'] {
  const KEYS =
    'Public keys of the issuer, a JSON Web Key Set; without it, its metadata say where they are (OpenID Connect Discovery, RFC 8414). Not needed with `AUTH_INTROSPECTION_URL`.'
  if (settings.has('AUTH_JWKS_URL')) return { url: settings.url('AUTH_JWKS_URL', KEYS) }
  settings.optional('AUTH_JWKS_URL', KEYS)
  if (settings.has('AUTH_INTROSPECTION_URL')) return undefined
  // One that is missing is told as that alone.
  if (!settings.has('AUTH_ISSUER')) return 'discovered'
  if (!/^https?:/.test(settings.text('AUTH_ISSUER', ISSUER)))
    settings.problem('AUTH_JWKS_URL is missing; it is needed where AUTH_ISSUER is no http or https URL')
  // An address like any other: without credentials, query and fragment, and with TLS.
  else settings.url('AUTH_ISSUER', ISSUER)
  return 'discovered'
}

function issuerConfig(settings: Settings): Unqualified {
  const AUDIENCE = 'Audience of access tokens, their claim `aud`; not needed with `AUTH_CLIENTS`.'
  const caller = callerRules(settings)
  return {
    issuer: settings.text('AUTH_ISSUER', ISSUER),
    // A token of which neither can be checked is for anybody.
    audience:
      caller.clients.length > 0
        ? settings.optional('AUTH_AUDIENCE', AUDIENCE)
        : settings.text('AUTH_AUDIENCE', AUDIENCE),
    keys: keySource(settings),
    ca: authority(
      settings,
      'AUTH_CA_FILE',
      'Certificate authority (PEM) of the issuer: of its keys, metadata and introspection endpoint, instead of the public ones.',
    ),
    staleMs:
      settings.integer(
        'AUTH_JWKS_STALE_SECONDS',
        "How long the issuer's keys are used after they were last read, while they cannot be read again; then requests answer `ISSUER_UNAVAILABLE`.",
        3_600,
        { min: 0, max: 604_800 },
      ) * 1000,
    algorithms: tokenAlgorithms(settings),
    ...formRules(settings),
    ...caller,
    introspection: introspection(settings),
  }
}

/** A value of a setting in JSON: a text, a number, or a list of texts, as a comma list. */
function settingOf(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join(',') : undefined
}

/** One entry of the file as settings; undefined, and a problem told, where it is none. */
function entryOf(entry: unknown, tell: (problem: string) => void): Record<string, string> | undefined {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return void tell('is no object')
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(entry)) {
    const text = PER_ISSUER.includes(name) ? settingOf(value) : undefined
    if (text === undefined)
      return void tell('has a member that is no setting of one issuer, or a value of another form')
    values[name] = text
  }
  return values
}

/** The issuers beside that of the environment. */
function furtherIssuers(settings: Settings, open: OpenEntry): readonly Unqualified[] {
  const text = settings.optionalFile(
    'AUTH_ISSUERS_FILE',
    'Further issuers: a JSON list of objects, each with the settings `AUTH_…` of one issuer.',
  )
  if (text === undefined) return []
  let entries: unknown
  try {
    entries = JSON.parse(text)
  } catch {
    entries = undefined
  }
  if (!Array.isArray(entries)) {
    settings.problem('AUTH_ISSUERS_FILE must hold a JSON list of objects')
    return []
  }
  return entries.flatMap((entry: unknown, index) => {
    const where = `AUTH_ISSUERS_FILE, entry ${index + 1}`
    const values = entryOf(entry, (problem) => settings.problem(`${where} ${problem}`))
    return values === undefined ? [] : [issuerConfig(open(values, `${where}: `))]
  })
}

/** Gives each issuer but the first a namespace: names of two issuers never meet. An issuer is an address, so the space ends it. */
function qualify(issuers: readonly Unqualified[]): readonly IssuerConfig[] {
  const namespaces = issuers.map(({ issuer }, index) => (index === 0 ? '' : `${issuer} `))
  return issuers.map((issuer, index) => ({
    ...issuer,
    namespace: namespaces[index]!,
    otherNamespaces: namespaces.filter((namespace, other) => other !== index && namespace !== ''),
  }))
}

function allIssuers(settings: Settings, open: OpenEntry): readonly IssuerConfig[] {
  const issuers = [issuerConfig(settings), ...furtherIssuers(settings, open)]
  if (new Set(issuers.map(({ issuer }) => issuer)).size < issuers.length)
    settings.problem('AUTH_ISSUERS_FILE names an issuer twice')
  if (issuers.slice(1).some(({ issuer }) => /\s/.test(issuer)))
    settings.problem('AUTH_ISSUERS_FILE names an issuer with a space')
  if (issuers.filter((issuer) => issuer.introspection !== undefined).length > 1)
    settings.problem('AUTH_INTROSPECTION_URL is set for two issuers: an opaque token does not say whose it is')
  return qualify(issuers)
}

function publicUrls(settings: Settings): readonly string[] {
  const urls = settings.list(
    'PUBLIC_URL',
    'Addresses under which clients reach this server, such as `https://api.bank.example`, with the path that a proxy takes away; for DPoP proofs. Without it, the one that a request names in `Host`.',
  )
  const isUrl = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !/[?#@]/.test(text)
  if (!urls.every(isUrl)) settings.problem('PUBLIC_URL must be a comma list of http or https URLs without query')
  return urls.map((url) => url.replace(/\/+$/, ''))
}

function certificateHeader(settings: Settings): string | undefined {
  const name = settings.optional(
    'TLS_CLIENT_CERT_HEADER',
    "Header in which a proxy of `TRUST_PROXY` gives the client's certificate: `Client-Cert` (RFC 9440), or one with PEM as nginx and AWS encode it; the proxy must remove what clients send.",
  )
  if (name !== undefined && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
    settings.problem('TLS_CLIENT_CERT_HEADER must be the name of a header')
  return name?.toLowerCase()
}

/** Reads the settings of access tokens. */
export const readTokenSettings = (settings: Settings, open: OpenEntry): TokenConfig => ({
  issuers: allIssuers(settings, open),
  dpop: settings.choice(
    'AUTH_DPOP',
    'Tokens that are bound to a DPoP key (RFC 9449): `allow` accepts them with a proof, `require` refuses bearer tokens that are bound to nothing, `off` refuses DPoP.',
    ['off', 'allow', 'require'],
    'allow',
  ),
  dpopAlgorithms: proofAlgorithms(settings),
  needsDpopNonce:
    settings.choice(
      'AUTH_DPOP_NONCE',
      'Whether DPoP proofs need a nonce of this server.',
      ['true', 'false'],
      'false',
    ) === 'true',
  publicUrls: publicUrls(settings),
  certificateHeader: certificateHeader(settings),
})
