import { existsSync, readdirSync } from 'node:fs'

// A room is a provider's folder: the one kind of folder in datasources/ that has an index.ts.
const rooms = readdirSync('datasources').filter((name) => existsSync(`datasources/${name}/index.ts`))
const ROOM = `(${rooms.join('|')})`

// test ─▶ src ─▶ resolvers ─▶ datasources ─▶ schema: arrows may skip to the right, never left.
const ORDER = ['test', 'src', 'resolvers', 'datasources', 'schema']

const neverLeft = ORDER.map((folder, i) => ({
  name: `${folder}-imports-only-to-the-right`,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: { path: `^(${ORDER.slice(0, i).join('|') || '-'})/` },
}))

export default {
  forbidden: [
    ...neverLeft,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      // Type-only imports included: a cycle of types is a cycle for the reader.
      to: { circular: true },
    },
    {
      name: 'rooms-do-not-import-each-other',
      comment: 'Resolvers join providers.',
      severity: 'error',
      from: { path: `^datasources/${ROOM}/` },
      to: { path: `^datasources/${ROOM}/`, pathNot: '^datasources/$1/' },
    },
    {
      name: 'rooms-are-entered-by-index',
      severity: 'error',
      from: { pathNot: `^(datasources/${ROOM}/|test/)` },
      to: { path: `^datasources/${ROOM}/`, pathNot: `^datasources/${ROOM}/index\\.ts$` },
    },
    {
      name: 'shared-code-does-not-import-rooms',
      severity: 'error',
      from: { path: '^datasources/(contract|http|support|emulator)/' },
      to: { path: `^datasources/(${ROOM}/|index\\.ts$)` },
    },
    {
      name: 'resolvers-use-datasources-for-types-only',
      severity: 'error',
      from: { path: '^resolvers/' },
      to: {
        path: '^datasources/',
        pathNot: '^datasources/contract/(error-codes|errors|evidence|rows)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-the-transport-opens-sockets-to-providers',
      severity: 'error',
      // The inspector of `npm run house` speaks to a process that it started; the admin listener is no client; a syslog
      // server takes messages and is no provider, nor is a receiver of webhooks. The check of the configuration opens no socket,
      // and that of a container asks its own server. The drain closes the listener.
      from: {
        path: '^(src|resolvers|datasources|schema)/',
        pathNot:
          '^(datasources/http/wire/|src/tools/house/inspector\\.ts$|src/http/admin-worker\\.ts$|src/security-events/syslog\\.ts$|src/partner-webhooks/sender\\.ts$|src/lifecycle/drain\\.ts$|src/(config/machine-problems|tools/health)\\.ts$)',
      },
      to: {
        path: '(^|node_modules/)(undici|node-fetch|axios|got)(/|$)|^(node:)?(http|https|net|tls)$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'schema-stands-alone',
      severity: 'error',
      from: { path: '^schema/' },
      to: { path: '^(src|resolvers|datasources|test)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
  },
}
