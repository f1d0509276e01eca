import type { Settings } from '../../datasources/contract/provider.js'
import { authority } from '../settings/settings-reader.js'

/** The register of consents that is asked before personal values are shown. */
export interface ConsentRegisterConfig {
  readonly url: string
  /** Sent as bearer token. */
  readonly credential: string | undefined
  /** Certificate authority (PEM), instead of the public ones. */
  readonly ca: string | undefined
  readonly timeoutMs: number
  readonly cacheMs: number
}

export interface ConsentConfig {
  /** The purposes that a request may state; without them none is read. */
  readonly purposes: readonly string[]
  readonly requiresPurpose: boolean
  readonly requiresConsent: boolean
  readonly register: ConsentRegisterConfig | undefined
  /** The claims of a token that hold its purposes and its consent id. */
  readonly purposeClaim: string
  readonly consentClaim: string
}

const REGISTER_URL =
  'Register of consents that is asked before an operation shows unmasked personal values; see `docs/consent.md`.'

const PURPOSE = /^[A-Za-z0-9][\w.:-]{0,63}$/

function readPurposes(settings: Settings): readonly string[] {
  const purposes = settings.list(
    'PURPOSES',
    'Purposes that a request may state by the header `x-purpose` or its token, such as `onboarding,periodic-review`; without it none is read.',
  )
  if (!purposes.every((purpose) => PURPOSE.test(purpose)))
    settings.problem('PURPOSES must be a comma list of words of letters, digits, . _ : and -, of at most 64 characters')
  return purposes
}

function readRegister(settings: Settings): ConsentRegisterConfig | undefined {
  const url = settings.has('CONSENT_URL')
    ? settings.url('CONSENT_URL', REGISTER_URL)
    : settings.optional('CONSENT_URL', REGISTER_URL)
  const credential = settings.optionalSecret('CONSENT_CREDENTIAL', 'Bearer token for the register of consents.')
  const ca = authority(
    settings,
    'CONSENT_CA_FILE',
    'Certificate authority (PEM) of the register of consents, instead of the public ones.',
  )
  const timeoutMs = settings.integer(
    'CONSENT_TIMEOUT_MS',
    'Time in milliseconds that the register of consents has for an answer; then operations answer `CONSENT_UNAVAILABLE`.',
    1_000,
    { min: 10, max: 30_000 },
  )
  const cacheSeconds = settings.integer(
    'CONSENT_CACHE_SECONDS',
    'How long an answer of the register of consents counts for the same question; a consent that is withdrawn counts for as long. 0 asks for every operation.',
    5,
    { min: 0, max: 60 },
  )
  return url === undefined ? undefined : { url, credential, ca, timeoutMs, cacheMs: cacheSeconds * 1000 }
}

/** Reads the settings of purpose and consent. */
export function readConsentSettings(settings: Settings): ConsentConfig {
  const purposes = readPurposes(settings)
  const choose = (name: string, what: string) =>
    settings.choice(
      name,
      `Whether a request must state ${what} before \`pii:read\` shows it personal values: \`pii\`, or \`off\`.`,
      ['off', 'pii'],
      'off',
    ) === 'pii'
  const requiresPurpose = choose('REQUIRE_PURPOSE', 'a purpose')
  if (requiresPurpose && purposes.length === 0) settings.problem('PURPOSES is missing; REQUIRE_PURPOSE=pii needs it')
  return {
    purposes,
    requiresPurpose,
    requiresConsent: choose('REQUIRE_CONSENT', 'a consent id'),
    purposeClaim: settings.text('AUTH_PURPOSE_CLAIM', 'Claim of a token that holds its purpose, or a list.', 'purpose'),
    consentClaim: settings.text('AUTH_CONSENT_CLAIM', 'Claim of a token that holds its consent id.', 'consent_id'),
    register: readRegister(settings),
  }
}
