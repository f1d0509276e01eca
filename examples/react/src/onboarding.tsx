import type { KycGraph } from '@kyc-graph/client'
import { type FormEvent, useState } from 'react'
import { type Newcomer, onboard } from './onboarding-steps'
import { Problem } from './problem'
import { WriteKeys } from './write-keys'

const NIA: Newcomer = {
  firstName: 'Nia',
  lastName: 'Newcomer',
  email: 'nia.newcomer@example.com',
  phoneNumber: '+14155550300',
  dateOfBirth: '1960-03-10',
  ssn: '900-55-0200',
}

const begin = () => ({ keys: new WriteKeys(), startedAt: `${new Date().toISOString().slice(0, 19)}Z` })

/** From no record to a customer who is verified and entitled. */
export function Onboarding({ graph }: { readonly graph: KycGraph }) {
  const [steps, setSteps] = useState<readonly string[]>([])
  const [error, setError] = useState<unknown>()
  // The keys and the time of this onboarding, until it is done: a second attempt goes on where the first one ended.
  const [begun, setBegun] = useState(begin)

  async function run(newcomer: Newcomer): Promise<void> {
    await onboard(graph, { ...begun, newcomer }, (step) => setSteps((done) => [...done, step]))
    setBegun(begin())
  }

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    setError(undefined)
    setSteps([])
    run(Object.fromEntries(new FormData(event.currentTarget)) as unknown as Newcomer).catch(setError)
  }

  return (
    <section id="onboarding">
      <h2>Onboarding</h2>
      <form onSubmit={submit}>
        {Object.entries(NIA).map(([name, value]) => (
          <label key={name}>
            {name} <input name={name} defaultValue={value as string} />
          </label>
        ))}
        <button>Onboard</button>
      </form>
      <ol>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <Problem error={error} />
    </section>
  )
}
