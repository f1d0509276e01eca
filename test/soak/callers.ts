import { type Scope, SCOPES } from '../../schema/scopes.js'

/** A caller and the data that it may see. */
export interface Caller {
  readonly client: string
  readonly scopes: readonly Scope[]
  readonly tenant: string
  readonly sees: 'all' | 'masked' | 'own' | 'nothing'
}

const FULL = (Object.keys(SCOPES) as Scope[]).filter(
  (scope) => !scope.endsWith(':own') && scope !== 'verifications:read:any',
)

export const OPS: Caller = { client: 'ops', tenant: 'house', scopes: FULL, sees: 'all' }
export const PARTNER: Caller = {
  client: 'partner',
  tenant: 'house',
  scopes: FULL.filter((scope) => scope !== 'pii:read'),
  sees: 'masked',
}
/** Of another tenant: what is the first one's is not there for it. */
export const RIVAL: Caller = { client: 'rival', scopes: FULL, tenant: 'rival', sees: 'all' }
/** An app user, as the cast knows her. */
export const ADA_HERSELF: Caller = {
  client: 'ada',
  tenant: 'app',
  scopes: ['customers:read:own', 'kyc:read:own', 'persons:read:own'],
  sees: 'own',
}
export const NOBODY: Caller = { client: 'nobody', tenant: 'nobody', scopes: [], sees: 'nothing' }

export const CALLERS = [OPS, PARTNER, RIVAL, ADA_HERSELF, NOBODY]
