import { ApolloProvider } from '@apollo/client/react'
import { useState } from 'react'
import { Customer } from './customer'
import { Onboarding } from './onboarding'
import { PayeeCheck } from './payee-check'
import { type Persona, PERSONAS } from './personas'
import { type Session, signIn } from './session'

export function App() {
  const [session, setSession] = useState<Session>()
  const [problem, setProblem] = useState<string>()
  const enter = (persona: Persona) =>
    signIn(persona).then(setSession, (error: unknown) => setProblem(error instanceof Error ? error.message : 'failed'))

  if (!session)
    return (
      <main>
        <h1>Sign in</h1>
        {PERSONAS.map((persona) => (
          <button key={persona.client} id={`sign-in-${persona.client}`} onClick={() => void enter(persona)}>
            {persona.title}
          </button>
        ))}
        {problem && <p role="alert">{problem}</p>}
      </main>
    )

  return (
    <ApolloProvider client={session.apollo}>
      <header>
        <strong>kyc-graph</strong>
        <span>{session.persona.title}</span>
        <button id="sign-out" onClick={() => setSession(undefined)}>
          Sign out
        </button>
      </header>
      <main>
        <Customer />
        <PayeeCheck graph={session.graph} />
        {session.persona.scopes.includes('customers:write') && <Onboarding graph={session.graph} />}
      </main>
    </ApolloProvider>
  )
}
