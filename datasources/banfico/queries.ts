import { type VerificationResult, VerificationState } from '../../schema/verification.js'
import { keyLoader } from '../support/loader.js'
import { query } from '../contract/operations.js'
import { retryAfterOf, nullIfNotFound } from '../contract/errors.js'
import { isDue } from '../support/poll-schedule.js'
import type { Caller } from '../contract/provider.js'
import { once } from '../sections.js'
import { type Answered, isVerificationId } from './contract.js'
import type { Desk } from './index.js'
import { toResult } from './mapping.js'
import type { ResultCache } from './result-cache.js'
import { type Known, lastKnownResult } from './verification-store.js'

/** What a 404 means of a verification that we know to be pending. */
const unseen = (): Answered => ({
  accepted: true,
  result: undefined,
  at: Date.now(),
  hintSeconds: undefined,
  slaSeconds: undefined,
})

/** Whether what a tenant asked for may be told. */
type IsFor = (tenant: string | undefined) => boolean

/** Results that are not at hand. */
function fromAfar({ source, visit, memory, near, polls, drift }: Desk, isFor: IsFor) {
  /** Asks the provider how a pending verification stands, in a turn of this process's own. */
  async function ask(id: string, { slaUntil, pace }: Known, turn: string): Promise<VerificationResult | null> {
    const found = await nullIfNotFound(source.fetch(id)).catch(async (error: unknown) => {
      await memory.fail(id, turn, retryAfterOf(error))
      throw error
    })
    const answer = found ?? unseen()
    const result = found === null && Date.now() >= slaUntil ? null : toResult(id, answer, drift, pace.begunAt)
    await memory.advance(id, turn, result, answer)
    return result
  }

  /** Asks for a result that is kept nowhere here: it has left the store, or was never asked for through this server. */
  async function recover(id: string, known: Known | null): Promise<VerificationResult | null> {
    const found = await nullIfNotFound(source.fetch(id))
    const result = found && toResult(id, found, drift)
    if (known && result?.state === VerificationState.COMPLETED) await memory.complete(id, result)
    return result
  }

  async function poll(id: string): Promise<VerificationResult | null> {
    const { known, turn } = await memory.take(id)
    if (known && turn !== undefined) return ask(id, known, turn)
    if (known?.pending) return lastKnownResult(known)
    return (known && (await memory.completed(id))) ?? recover(id, known)
  }

  return keyLoader<string, VerificationResult | null>(async (id) => {
    if (!isVerificationId(id)) return null
    const known = await memory.known(id)
    if (!isFor(known?.tenant)) return null
    // Whom a running call of this process can answer waits for it.
    if (known?.pending && !isDue(known.pace) && !polls.has(id)) return lastKnownResult(known)
    const kept = known && !known.pending ? await memory.completed(id) : null
    if (known && kept) near.put(id, known.tenant, kept)
    return kept ?? polls.run(id, visit, () => poll(id))
  })
}

/** Banfico's questions. */
export function banficoLoaders({ scopes, tenant }: Caller, near: ResultCache, desk: () => Desk) {
  const any = scopes.has('verifications:read:any')
  const isFor: IsFor = (whose) => any || whose === tenant
  const afar = once(() => fromAfar(desk(), isFor))

  return {
    resultById: query<string, VerificationResult | null>({
      scope: 'verifications:read',
      type: 'VerificationResult',
      load(id) {
        const held = near.get(id)
        if (held === undefined) return afar().load(id)
        return Promise.resolve(isFor(held.tenant) ? held.result : null)
      },
    }),
  }
}
