import { createIdempotencyKey, type KycGraph } from '@kyc-graph/client'
import { type FormEvent, useRef, useState } from 'react'
import { type Newcomer, onboard } from './onboarding-steps'
import { Problem } from './problem'

const NIA: Newcomer = {
  firstName: 'Nia',
  lastName: 'Newcomer',
  email: 'nia.newcomer@example.com',
  phoneNumber: '+14155550300',
  dateOfBirth: '1960-03-10',
  ssn: '900-55-0200',
}

/** From no record to a customer who is verified and entitled. */
export function Onboarding({ graph }: { readonly graph: KycGraph }) {
  const [steps, setSteps] = useState<readonly string[]>([])
  const [error, setError] = useState<unknown>()
  // One key and time for this onboarding: a second attempt goes on where the first one ended.
  const begun = useRef({ key: createIdempotencyKey(), startedAt: `${new Date().toISOString().slice(0, 19)}Z` })

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    setError(undefined)
    setSteps([])
    const newcomer = Object.fromEntries(new FormData(event.currentTarget)) as unknown as Newcomer
    onboard(graph, { ...begun.current, newcomer }, (step) => setSteps((done) => [...done, step])).catch(setError)
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
