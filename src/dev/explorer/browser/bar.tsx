import type { ExplorerPersona } from '../setup.js'

interface BarProps {
  readonly personas: readonly ExplorerPersona[]
  readonly persona: string
  readonly setPersona: (client: string) => void
}

/** The bar above GraphiQL: the persona whose token the requests have, and the way to the other pages. */
export const Bar = ({ personas, persona, setPersona }: BarProps) => (
  <header className="bar">
    <a href="/">kyc-graph</a>
    <label>
      Persona{' '}
      <select value={persona} onChange={(event) => setPersona(event.target.value)}>
        {personas.map(({ client, title }) => (
          <option key={client} value={client}>
            {client}: {title}
          </option>
        ))}
      </select>
    </label>
    <nav>
      <a href="/schema.graphql">Schema</a>
      <a href="/docs/README.md">Documentation</a>
      <a href="/sandbox">Apollo Sandbox</a>
    </nav>
  </header>
)
