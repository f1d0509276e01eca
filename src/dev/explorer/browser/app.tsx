import { explorerPlugin } from '@graphiql/plugin-explorer'
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql'
import { useRef, useState } from 'react'
import type { ExplorerSetup } from '../setup.js'
import { Bar } from './bar.js'
import { EXAMPLES_PLUGIN, ExamplesContext } from './examples.js'
import { createFetcher } from './fetcher.js'
import { headersOf } from './headers.js'
import type { Opening } from './opening.js'
import { RunOnce } from './run-once.js'
import { TokenHeader } from './token-header.js'
import type { Tokens } from './tokens.js'

// The same objects at each rendering: GraphiQL compares them.
const PLUGINS = [EXAMPLES_PLUGIN, explorerPlugin(), HISTORY_PLUGIN]

/** GraphiQL with the personas and the examples of development. */
export function App({ setup, tokens, opening }: { setup: ExplorerSetup; tokens: Tokens; opening: Opening }) {
  const [persona, setPersona] = useState(opening.persona)
  const token = tokens[persona]!
  const current = useRef(token)
  current.current = token
  const [fetcher] = useState(() => createFetcher(() => current.current))
  const { document: query } = opening.example
  const headers = headersOf(token)
  // The tabs of an earlier visit are kept; an example that was asked for is a further one.
  const [initial] = useState(() =>
    opening.isAsked
      ? { initialQuery: query, initialVariables: opening.variables, initialHeaders: headers }
      : { defaultTabs: [{ query, variables: opening.variables, headers }] },
  )
  return (
    <ExamplesContext value={{ examples: setup.examples, persona, setPersona }}>
      <Bar personas={setup.personas} persona={persona} setPersona={setPersona} />
      <GraphiQL
        {...initial}
        fetcher={fetcher}
        plugins={PLUGINS}
        visiblePlugin={EXAMPLES_PLUGIN.title}
        defaultEditorToolsVisibility
        inputValueDeprecation
        schemaDescription
      >
        <TokenHeader token={token} tokens={tokens} />
        {opening.isAsked && opening.example.kind === 'query' && <RunOnce name={opening.example.name} />}
      </GraphiQL>
    </ExamplesContext>
  )
}
