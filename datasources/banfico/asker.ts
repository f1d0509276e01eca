import type { Caller } from '../contract/caller.js'
import type { OperationScope } from '../contract/operation-scope.js'

/** Who asked for a verification. */
export interface Asker {
  readonly tenant: string
  /** Absent in records of versions that did not keep it: such a verification belongs to its tenant alone. */
  readonly asker?: { readonly client: string; readonly subject: string } | undefined
}

export const askerOf = ({ tenant, client, subject }: Caller): Asker => ({ tenant, asker: { client, subject } })

/** True of the caller who asked. */
export const isAsker = ({ tenant, client, subject }: Caller, asked: Asker): boolean =>
  asked.tenant === tenant && asked.asker?.client === client && asked.asker.subject === subject

/** True of a caller whose scopes open only what the same subject asked for. */
export const isOwnOnly = ({ scopes }: Caller): boolean =>
  scopes.has('verifications:read') ? false : scopes.has('verifications:read:own') || !scopes.has('verifications:write')

/** Who asked for a job: what is asked for later, by whichever process and for whichever reader, is asked as theirs. */
export interface JobAsker extends Asker {
  /** True where the asker's scopes open only what the same subject asked for; absent in jobs of versions that did not keep it. */
  readonly ownOnly?: boolean | undefined
}

/** The caller as whom the rows of a job are asked, though another one reads it; the reader where its asker is not known. */
export function callerOf({ tenant, asker, ownOnly = true }: JobAsker, reader: Caller): Caller {
  if (asker === undefined) return reader
  return { ...reader, tenant, ...asker, scopes: new Set([ownOnly ? 'verifications:read:own' : 'verifications:read']) }
}

/** True when the caller may read the verification; one that this server does not know has no asker. */
export function mayRead(
  operation: Pick<OperationScope, 'caller' | 'foreign'>,
  verification: Asker | null | undefined,
): boolean {
  const { scopes, tenant } = operation.caller
  if (scopes.has('verifications:read') && scopes.has('verifications:read:any')) return true
  if (verification == null) return false
  if (verification.tenant !== tenant) {
    operation.foreign('tenant')
    return false
  }
  const isOwn = isAsker(operation.caller, verification)
  if (!isOwn && !scopes.has('verifications:read')) operation.foreign('owner')
  return isOwn || scopes.has('verifications:read')
}
