import type { KycGraph } from '@kyc-graph/client'
import { type FormEvent, useState } from 'react'
import { checkPayee, type Outcome } from './payee-steps'
import { Problem } from './problem'
import { WriteKeys } from './write-keys'

/** An account of the emulator whose bank answers a second later; see docs/test-data.md. */
const PENDING_ACCOUNT = '90070020000030'

/** Asks whether an account is the payee's; the outcome appears when the bank has answered. */
export function PayeeCheck({ graph }: { readonly graph: KycGraph }) {
  const [outcome, setOutcome] = useState<Outcome | null>()
  const [error, setError] = useState<unknown>()
  const [keys] = useState(() => new WriteKeys())

  async function check(form: FormData): Promise<void> {
    setError(undefined)
    setOutcome({ state: 'ASKED' })
    const payee = { id: String(form.get('account')), name: String(form.get('name')) }
    await checkPayee(graph, keys, payee, setOutcome)
  }

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    check(new FormData(event.currentTarget)).catch((failure: unknown) => {
      setOutcome(undefined)
      setError(failure)
    })
  }

  return (
    <section id="payee-check">
      <h2>Payee check</h2>
      <form onSubmit={submit}>
        <label>
          Account (sort code and number) <input name="account" defaultValue={PENDING_ACCOUNT} />
        </label>
        <label>
          Name (Last,First) <input name="name" defaultValue="Accepted,Ada" />
        </label>
        <button>Check</button>
      </form>
      {outcome && (
        <p id="payee-outcome" className={outcome.account?.nameCheckStatus === 'FULL_MATCH' ? 'good' : 'note'}>
          {outcome.account
            ? `${outcome.account.nameCheckStatus ?? 'no name check'}, account ${outcome.account.status}`
            : outcome.state}
        </p>
      )}
      <Problem error={error} />
    </section>
  )
}
