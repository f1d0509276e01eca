import { type GraphiQLPlugin, pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { createContext, use } from 'react'
import type { Example } from '../setup.js'

interface Examples {
  readonly examples: readonly Example[]
  readonly persona: string
  readonly setPersona: (client: string) => void
}

/** The examples, and the persona that is chosen. */
export const ExamplesContext = createContext<Examples>({ examples: [], persona: '', setPersona: () => undefined })

/** Opens an example in a tab of its own, or in the one that has it already; as a persona that may run it. */
function useOpen(): (example: Example) => void {
  const { persona, setPersona } = use(ExamplesContext)
  const { tabs, queryEditor, variableEditor } = useGraphiQL(pick('tabs', 'queryEditor', 'variableEditor'))
  const actions = useGraphiQLActions()
  return ({ name, document, variables, personas }) => {
    const index = tabs.findIndex(({ title }) => title === name)
    if (index < 0) actions.addTab()
    else actions.changeTab(index)
    queryEditor?.setValue(document)
    variableEditor?.setValue(JSON.stringify(variables, null, 2))
    if (!personas.includes(persona)) setPersona(personas[0]!)
  }
}

const titleOf = (group: string): string => group[0]!.toUpperCase() + group.slice(1).replaceAll('-', ' ')

function ExampleList() {
  const { examples } = use(ExamplesContext)
  const open = useOpen()
  const groups = [...new Set(examples.map(({ group }) => group))]
  return (
    <section aria-label="Examples" className="examples">
      <div className="graphiql-doc-explorer-title">Examples</div>
      <p>The operations that clients may rely on, with variables of the test data.</p>
      {groups.map((group) => (
        <section key={group}>
          <h3>{titleOf(group)}</h3>
          <ul>
            {examples
              .filter((example) => example.group === group)
              .map((example) => (
                <li key={example.name}>
                  <button type="button" title={example.about} onClick={() => open(example)}>
                    {example.name}
                  </button>{' '}
                  <small>
                    {example.kind}, {example.personas.join(', ')}
                  </small>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </section>
  )
}

const Icon = () => (
  <svg viewBox="0 0 24 24" height="1em" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
    <path d="M9 6h12M9 12h12M9 18h12M4 6h.01M4 12h.01M4 18h.01" strokeLinecap="round" strokeLinejoin="round" />
  </svg>
)

/** The list of examples beside the editors. */
export const EXAMPLES_PLUGIN: GraphiQLPlugin = { title: 'Examples', icon: Icon, content: ExampleList }
