import type { KycGraph } from '@kyc-graph/client'
import { CheckPayeeDocument, PayeeCheckDocument } from '@kyc-graph/client/operations'
import type { WriteKeys } from './write-keys'

/** What the page shows of a check. */
export interface Outcome {
  readonly state: string
  readonly account?: { readonly status?: string | null; readonly nameCheckStatus?: string | null } | null
}

/** The account that is asked about: sort code and number, and the name of the payee. */
export interface Payee {
  readonly id: string
  readonly name: string
}

/** Checks a payee, and tells each state until the bank has answered. */
export async function checkPayee(
  graph: KycGraph,
  keys: WriteKeys,
  payee: Payee,
  onState: (outcome: Outcome | null) => void,
): Promise<void> {
  const account = { type: 'PERSONAL' as const, idScheme: 'SCAN' as const, ...payee }
  const check = { types: ['NAME' as const], account, maxAgeSeconds: 0 }
  // The user has decided on this check: one key for all attempts of it, until it has an outcome.
  const { verifyAccount, sent } = await keys.send(check, async (input) => ({
    ...(await graph.mutate(CheckPayeeDocument, { input })),
    sent: input,
  }))
  const { result } = verifyAccount!
  onState(result)
  // A refusal to read the outcome does not refuse the check.
  if (result.state === 'PENDING')
    await graph.waitFor(
      PayeeCheckDocument,
      { id: result.id },
      { onState: (data) => onState(data.verificationResult ?? null) },
    )
  // The key that was sent: by now the same check may have another one.
  keys.done(sent)
}
