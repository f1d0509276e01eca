import { type Scope, SCOPES } from '../../schema/scopes.js'

/** The clients of the personas. */
export type PersonaName = 'ops' | 'partner' | 'ada'

/** A caller for development, with the scopes that such a caller has in production. */
export interface Persona {
  readonly client: PersonaName
  readonly title: string
  readonly scopes: readonly Scope[]
}

export const PERSONAS: readonly Persona[] = [
  {
    client: 'ops',
    title: 'operations: reads and writes everything, unmasked',
    scopes: (Object.keys(SCOPES) as Scope[]).filter((scope) => !scope.endsWith(':own')),
  },
  {
    client: 'partner',
    title: 'a partner: onboards and verifies, sees personal values masked',
    scopes: [
      'customers:read',
      'customers:write',
      'links:write',
      'kyc:read',
      'kyc:write',
      'persons:read',
      'persons:write',
      'entitlements:read',
      'entitlements:write',
      'verifications:read',
      'verifications:write',
      'webhooks:read',
      'webhooks:write',
    ],
  },
  {
    client: 'ada',
    title: "an app user: Ada's own records only",
    scopes: (Object.keys(SCOPES) as Scope[]).filter((scope) => scope.endsWith(':own')),
  },
]
