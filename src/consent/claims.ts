import type { Caller } from '../../datasources/contract/caller.js'
import type { ConsentConfig } from './settings.js'

type ConsentClaims = Pick<Caller, 'purposes' | 'consentId'>

/** Purposes by a text with blanks between, or a list. A claim always restricts: with an unreadable one, none is left. */
const purposesOf = (claim: unknown): readonly string[] => {
  const items = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? (claim as unknown[]) : []
  return items.filter((item): item is string => typeof item === 'string' && item !== '')
}

/** The purposes and the consent id that a token names; absent where it names none. A consent id of another type is empty. */
export function consentClaimsOf(
  claims: Readonly<Record<string, unknown>>,
  { purposeClaim, consentClaim }: Pick<ConsentConfig, 'purposeClaim' | 'consentClaim'>,
): ConsentClaims {
  const purposes = claims[purposeClaim]
  const consentId = claims[consentClaim]
  return {
    ...(purposes !== undefined && { purposes: purposesOf(purposes) }),
    ...(consentId !== undefined && { consentId: typeof consentId === 'string' ? consentId : '' }),
  }
}
