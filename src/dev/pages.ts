import type { FastifyInstance } from 'fastify'
import { VERSION } from '../../datasources/http/user-agent.js'
import { providerEntries } from '../../datasources/index.js'
import type { Config } from '../config.js'
import type { Emulators } from './emulators.js'
import { registerExplorer } from './explorer/routes.js'
import type { Example } from './explorer/setup.js'
import type { PersonaToken } from './start-page/personas-section.js'
import { registerStartPage } from './start-page/routes.js'
import type { ReceivedOperation } from './trace-receiver.js'

/** What the pages of development show. */
interface Development {
  /** The address of the server. */
  readonly url: string
  readonly config: Pick<Config, 'redis'>
  readonly emulators: Emulators
  readonly personas: readonly PersonaToken[]
  /** The last operations, the latest first. */
  readonly operations: () => readonly ReceivedOperation[]
  /** Empty until their records are created. */
  readonly examples: () => readonly Example[]
}

/** The pages of development: the start page, the explorer's files and Apollo Sandbox. */
export function registerPages(app: FastifyInstance, development: Development): void {
  const { url, config, emulators, personas, operations, examples } = development
  registerStartPage(app, {
    running: {
      version: VERSION,
      url,
      store: config.redis === undefined ? 'memory' : 'Redis',
      emulators: providerEntries.map(([name, { title }]) => ({ title, url: emulators[name].url })),
    },
    personas,
    payees: Object.values(emulators).flatMap(({ payees }) => payees),
    operations,
  })
  const callers = personas.map(({ client, title, scopes }) => ({ client, title, scope: scopes.join(' ') }))
  registerExplorer(app, () => ({ personas: callers, examples: examples() }), personas[0]!.token)
}
