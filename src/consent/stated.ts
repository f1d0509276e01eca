import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { ConsentConfig } from './settings.js'

export const PURPOSE_HEADER = 'x-purpose'
export const CONSENT_HEADER = 'x-consent-id'

/** The purpose of a request and the id of the consent behind it, as far as the request and its token state them. */
export interface Stated {
  readonly purpose?: string | undefined
  readonly consentId?: string | undefined
}

/** Ids of registers, URNs and base64 included: nothing that breaks a line or a header. */
const CONSENT_ID = /^[\w.:~/+=-]{1,128}$/

const unreadable = (message: string) => new ApiError('BAD_USER_INPUT', { message, refusal: 'purpose_unknown' })
const contradiction = (message: string, refusal: ApiError['refusal']) => new ApiError('FORBIDDEN', { message, refusal })

/** The header of a request; Node.js joins repeated ones, which then fit nothing. */
const headerOf = (headers: IncomingHttpHeaders, name: string): string | undefined => headers[name]?.toString()

function purposeOf(
  given: string | undefined,
  claimed: Caller['purposes'],
  purposes: ConsentConfig['purposes'],
): string | undefined {
  if (purposes.length === 0) return undefined
  const listed = purposes.join(', ')
  if (given !== undefined && !purposes.includes(given))
    throw unreadable(`The header ${PURPOSE_HEADER} must be one of ${listed}.`)
  if (claimed === undefined) return given
  const permitted = claimed.filter((purpose) => purposes.includes(purpose))
  if (permitted.length === 0) throw contradiction(`The purpose of the token is none of ${listed}.`, 'purpose_unknown')
  // A token for several purposes leaves the choice to each request.
  if (given === undefined) return claimed.length === 1 ? permitted[0] : undefined
  if (!permitted.includes(given))
    throw contradiction(
      `The header ${PURPOSE_HEADER} does not agree with the purpose of the token.`,
      'purpose_contradicts',
    )
  return given
}

function consentIdOf(given: string | undefined, claimed: string | undefined): string | undefined {
  if (given !== undefined && !CONSENT_ID.test(given))
    throw new ApiError('BAD_USER_INPUT', {
      message: `The header ${CONSENT_HEADER} must have 1 to 128 letters, digits and . : ~ / + = _ -.`,
      refusal: 'consent_unreadable',
    })
  if (claimed === undefined) return given
  if (!CONSENT_ID.test(claimed))
    throw contradiction('The consent id of the token cannot be read.', 'consent_unreadable')
  if (given !== undefined && given !== claimed)
    throw contradiction(
      `The header ${CONSENT_HEADER} does not agree with the consent id of the token.`,
      'consent_contradicts',
    )
  return claimed
}

/** What a request and its token state; throws for what cannot be read, is not listed, or is contradictory. */
export function readStated(
  headers: IncomingHttpHeaders,
  { purposes, consentId }: Caller,
  config: Pick<ConsentConfig, 'purposes'>,
): Stated {
  return {
    purpose: purposeOf(headerOf(headers, PURPOSE_HEADER), purposes, config.purposes),
    consentId: consentIdOf(headerOf(headers, CONSENT_HEADER), consentId),
  }
}
