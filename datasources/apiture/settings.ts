import type { Settings } from '../contract/provider.js'
import { DEFAULT_FACTOR_PATH } from './challenge-contract.js'

/** Limits of the calls to Apiture, unless `<PROVIDER>_MAX_CONCURRENCY` and `<PROVIDER>_TIMEOUT_MS` say otherwise. */
export const LIMITS = { maxConcurrency: 64, timeoutMs: 10_000 }

export interface ApitureSettings {
  readonly url: string
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** Sent where one client serves several institutions. */
  readonly institutionId: string | undefined
  /** The path of both steps of a challenge's factor, with its three places. */
  readonly factorPath: string
  /** How long confirmed entitlements are kept after their last change. */
  readonly retentionSeconds: number
}

const isFactorPath = (text: string): boolean =>
  /^\/[^\s?#]*$/.test(text) &&
  [...text.matchAll(/\{[^}]*\}|[{}]/g)].map(String).sort().join(' ') === '{challengeId} {factorId} {step}'

/** Reads the settings of Apiture. */
export function apitureSettings(settings: Settings): ApitureSettings {
  const institutionId = settings.optional(
    'APITURE_INSTITUTION_ID',
    'Institution to act for, when the client serves several: 2 to 8 capital letters, digits and underscores.',
  )
  if (institutionId !== undefined && !/^[A-Z0-9_]{2,8}$/.test(institutionId))
    settings.problem('APITURE_INSTITUTION_ID must be 2 to 8 capital letters, digits and underscores')
  const factorPath = settings.text(
    'APITURE_CHALLENGE_FACTOR_PATH',
    "Path of the steps of a factor in Apiture's Challenges API; it holds `{challengeId}`, `{factorId}` and `{step}` (`start` or `verify`) once each.",
    DEFAULT_FACTOR_PATH,
  )
  if (!isFactorPath(factorPath))
    settings.problem(
      'APITURE_CHALLENGE_FACTOR_PATH must begin with / and hold {challengeId}, {factorId} and {step} once each',
    )
  return {
    url: settings.url('APITURE_URL', 'Base URL of Apiture.'),
    tokenUrl: settings.url('APITURE_TOKEN_URL', 'OAuth2 token endpoint of Apiture.'),
    clientId: settings.secret('APITURE_CLIENT_ID', 'OAuth2 client id for Apiture.'),
    clientSecret: settings.secret('APITURE_CLIENT_SECRET', 'OAuth2 client secret for Apiture.'),
    institutionId,
    factorPath,
    retentionSeconds:
      settings.integer(
        'APITURE_RETENTION_DAYS',
        'How long the confirmed entitlements of a banking customer are kept after their last change; then `accountEntitlements` is null.',
        400,
        { min: 1, max: 3_650 },
      ) * 86_400,
  }
}
