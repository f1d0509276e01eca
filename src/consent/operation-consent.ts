import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { ConsentRegister } from './register.js'
import type { ConsentConfig } from './settings.js'
import { CONSENT_HEADER, PURPOSE_HEADER, readStated, type Stated } from './stated.js'

/** Purpose and consent of one operation. */
export interface OperationConsent {
  /** What is stated; throws for what cannot be read, is not listed, or is contradictory. */
  readonly read: () => Stated
  /**
   * Lets `pii:read` show these fields, or search by them: throws (or rejects) where the purpose or the consent that the
   * settings require is missing, or where the register says no or nothing. Decided once for an operation.
   */
  readonly allow: (fields: readonly string[]) => Promise<void> | undefined
}

const NOTHING: Stated = {}

/** Of an operation that states nothing where nothing is required. */
export const NO_CONSENT: OperationConsent = { read: () => NOTHING, allow: () => undefined }

const missing = (message: string, refusal: ApiError['refusal']) => new ApiError('FORBIDDEN', { message, refusal })

const refused = () => missing('The register of consents does not allow this access.', 'consent_refused')

class StatedConsent implements OperationConsent {
  readonly #config: ConsentConfig
  readonly #register: ConsentRegister | undefined
  readonly #caller: Caller
  readonly #headers: IncomingHttpHeaders
  #stated: Stated | undefined
  #decision: Promise<void> | 'allowed' | undefined

  constructor(
    config: ConsentConfig,
    register: ConsentRegister | undefined,
    caller: Caller,
    headers: IncomingHttpHeaders,
  ) {
    this.#config = config
    this.#register = register
    this.#caller = caller
    this.#headers = headers
  }

  readonly read = (): Stated => (this.#stated ??= readStated(this.#headers, this.#caller, this.#config))

  readonly allow = (fields: readonly string[]): Promise<void> | undefined => {
    const decision = (this.#decision ??= this.#decide(fields))
    return decision === 'allowed' ? undefined : decision
  }

  #decide(fields: readonly string[]): Promise<void> | 'allowed' {
    const { purposes, requiresPurpose, requiresConsent, purposeClaim, consentClaim } = this.#config
    const { purpose, consentId } = this.read()
    if (requiresPurpose && purpose === undefined)
      throw missing(
        `Personal values with pii:read need a purpose: send the header ${PURPOSE_HEADER} with one of ${purposes.join(', ')}, or a token with one in its claim ${purposeClaim}.`,
        'purpose_missing',
      )
    if (requiresConsent && consentId === undefined)
      throw missing(
        `Personal values with pii:read need a consent: send its id in the header ${CONSENT_HEADER}, or a token with it in its claim ${consentClaim}.`,
        'consent_missing',
      )
    return this.#ask({ purpose, consentId }, fields)
  }

  #ask({ purpose, consentId }: Stated, fields: readonly string[]): Promise<void> | 'allowed' {
    if (this.#register === undefined) return 'allowed'
    const { tenant, client, subject, actor, scopes } = this.#caller
    const answer = this.#register.ask({
      tenant,
      client,
      subject,
      actor: actor ?? null,
      purpose: purpose ?? null,
      consentId: consentId ?? null,
      scopes: [...scopes].sort(),
      fields,
    })
    if (answer === true) return 'allowed'
    if (answer === false) throw refused()
    return answer.then((isAllowed) => {
      if (!isAllowed) throw refused()
      this.#decision = 'allowed'
    })
  }
}

/** Creates the consent of each operation; costs nothing where nothing is stated and nothing required. */
export function createConsents(
  config: ConsentConfig,
  register: ConsentRegister | undefined,
): (caller: Caller, headers: IncomingHttpHeaders) => OperationConsent {
  const isAlways =
    config.purposes.length > 0 || config.requiresPurpose || config.requiresConsent || register !== undefined
  return (caller, headers) =>
    isAlways || caller.consentId !== undefined || headers[CONSENT_HEADER] !== undefined
      ? new StatedConsent(config, register, caller, headers)
      : NO_CONSENT
}
