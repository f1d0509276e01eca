import { type VerificationResult, VerificationState } from '../../schema/verification.js'
import { each } from '../batch.js'
import { reading } from '../door.js'
import { orNull } from '../errors.js'
import { isVerificationId } from './contract.js'
import type { Answered } from './datasource.js'
import type { Desk } from './index.js'
import { toResult } from './mapping.js'
import type { Known } from './results.js'

/** An unknown id that we know to be pending: asked again a second later. */
const unseen = (): Answered => ({ accepted: true, result: undefined, at: Date.now(), waitSeconds: 1, slaSeconds: undefined })

/** Banfico's questions. */
export function banficoLoaders({ source, visit, memory, polls, drift }: Desk) {
  /** Asks the provider, and remembers what it says of a verification that is known here. */
  async function poll(id: string, known: Known | null): Promise<VerificationResult | null> {
    const found = await orNull(source.fetch(id))
    const waiting = known?.pending && Date.now() < known.slaUntil
    if (found === null && !waiting) return null
    const result = toResult(id, found ?? unseen(), drift)
    if (known && (known.pending || result.state === VerificationState.COMPLETED)) await memory.advance(id, result)
    return result
  }

  const results = each<string, VerificationResult | null>(async (id) => {
    if (!isVerificationId(id)) return null
    const any = visit.caller.scopes.has('verifications:read:any')
    const known = await memory.known(id)
    if (known?.tenant !== visit.caller.tenant && !any) return null
    if (known?.pending && Date.now() < Date.parse(known.pending.nextPollAt!)) return { ...known.pending, fromCache: true }
    const kept = known && !known.pending ? await memory.completed(id) : null
    return kept ?? polls.join(id, visit.signal, () => poll(id, known))
  })

  return {
    resultById: reading<string, VerificationResult | null>({
      scope: 'verifications:read',
      type: 'VerificationResult',
      load: results.load,
    }),
  }
}
