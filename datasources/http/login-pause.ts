/** The first pause after a refused login: the refusal may have been a mishap at the provider. */
const FIRST_MS = 30_000
/** The second pause; no five minutes have more than two logins. */
const SECOND_MS = 300_000
const MAX_MS = 3_600_000

/**
 * The pause after a refused login, by the one after the refusal before: 30 s, 5 min, then twice as long each time, up
 * to an hour. Five refusals, after which some providers lock an account, take 35 minutes.
 */
export function nextRefusedPauseMs(previousMs: number | undefined): number {
  if (previousMs === undefined || previousMs === 0) return FIRST_MS
  return previousMs < SECOND_MS ? SECOND_MS : Math.min(previousMs * 2, MAX_MS)
}
