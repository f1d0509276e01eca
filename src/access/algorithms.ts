import type { Settings } from '../../datasources/contract/provider.js'

/**
 * Signature algorithms that can be accepted: asymmetric ones alone. `Ed25519` is the newer name of `EdDSA` with that curve
 * (RFC 9864). jose demands the curve of each, and RSA keys of 2048 bits at least.
 */
const ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/** Of DPoP proofs: those of the FAPI 2.0 Security Profile (5.4.1). Clients choose the keys of their proofs. */
const OF_PROOFS = 'ES256,PS256,EdDSA,Ed25519'

function algorithms(settings: Settings, name: string, description: string, fallback: string): readonly string[] {
  const named = settings
    .text(name, description, fallback)
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  if (named.length === 0 || !named.every((algorithm) => ALGORITHMS.includes(algorithm)))
    settings.problem(`${name} must be a comma list of ${ALGORITHMS.join(', ')}`)
  return named
}

/** Reads the algorithms of the access tokens of an issuer. */
export const tokenAlgorithms = (settings: Settings): readonly string[] =>
  algorithms(
    settings,
    'AUTH_ALGORITHMS',
    'Algorithms by which access tokens may be signed; a comma list. FAPI 2.0 permits `PS256,ES256,EdDSA,Ed25519`.',
    ALGORITHMS.join(','),
  )

/** Reads the algorithms of DPoP proofs. */
export const proofAlgorithms = (settings: Settings): readonly string[] =>
  algorithms(
    settings,
    'AUTH_DPOP_ALGORITHMS',
    'Algorithms by which DPoP proofs may be signed; a comma list of those that `AUTH_ALGORITHMS` knows.',
    OF_PROOFS,
  )
