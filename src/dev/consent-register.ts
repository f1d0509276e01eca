import type { FastifyInstance } from 'fastify'
import type { ConsentQuestion } from '../consent/register.js'

/** A consent in the register of development. */
interface Consent {
  readonly id: string
  /** The purposes that it is for. */
  readonly purposes: readonly string[]
  /** The client that it was given to; absent: any. */
  readonly client?: string
  readonly isWithdrawn?: boolean
}

/** An answer in place of the register's own, as servers fail. */
interface RegisterFault {
  readonly status: number
  readonly body: string
}

/** The register of consents of development and of the tests: a bank's own stands in its place. */
export interface DevConsentRegister {
  /** `POST /consents/check`. */
  readonly routes: (app: FastifyInstance) => void
  /** Adds a consent, or replaces it. */
  readonly put: (consent: Consent) => void
  /** Answers every question so, until it is called without a fault. */
  readonly fail: (fault?: RegisterFault) => void
  /** What was asked, with the headers. */
  readonly asked: () => readonly { readonly question: ConsentQuestion; readonly headers: Record<string, unknown> }[]
}

/** The consents that development begins with. */
const CONSENTS: readonly Consent[] = [
  { id: 'consent-given', purposes: ['onboarding', 'periodic-review'] },
  { id: 'consent-withdrawn', purposes: ['onboarding'], isWithdrawn: true },
]

/** Creates the register of consents of development. */
export function createConsentRegister(): DevConsentRegister {
  const consents = new Map(CONSENTS.map((consent) => [consent.id, consent]))
  const asked: { question: ConsentQuestion; headers: Record<string, unknown> }[] = []
  let failure: RegisterFault | undefined

  function allows({ consentId, purpose, client }: ConsentQuestion): boolean {
    const consent = consentId === null ? undefined : consents.get(consentId)
    if (consent === undefined || consent.isWithdrawn) return false
    if (purpose !== null && !consent.purposes.includes(purpose)) return false
    return consent.client === undefined || consent.client === client
  }

  return {
    put: (consent) => void consents.set(consent.id, consent),
    fail: (fault) => void (failure = fault),
    asked: () => asked,
    routes(app) {
      app.post<{ Body: ConsentQuestion }>('/consents/check', async ({ body, headers }, reply) => {
        asked.push({ question: body, headers })
        if (failure !== undefined)
          return reply.code(failure.status).header('content-type', 'application/json').send(failure.body)
        return { allowed: allows(body), consentId: body.consentId, purpose: body.purpose }
      })
    },
  }
}
