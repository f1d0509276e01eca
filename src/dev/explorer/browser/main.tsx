import { createRoot } from 'react-dom/client'
import '@graphiql/plugin-explorer/style.css'
import 'graphiql/style.css'
import type { ExplorerSetup } from '../setup.js'
import { App } from './app.js'
import { readOpening } from './opening.js'
import { issueTokens } from './tokens.js'
import './explorer.css'
import './workers.js'

const root = document.getElementById('explorer')!

async function start(): Promise<void> {
  const response = await fetch('/explorer/setup.json')
  const setup = (await response.json()) as ExplorerSetup
  const tokens = await issueTokens(setup.personas)
  const opening = readOpening(location.hash, setup)
  // A later load of the page shows the tabs as they were left.
  history.replaceState(null, '', location.pathname)
  createRoot(root).render(<App setup={setup} tokens={tokens} opening={opening} />)
}

start().catch((error: unknown) => {
  root.textContent = `The explorer could not be started: ${String(error)}`
})
