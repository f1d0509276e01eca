// test ─▶ src ─▶ resolvers ─▶ datasources ─▶ schema: arrows may skip to the right, never left.
const ORDER = ['test', 'src', 'resolvers', 'datasources', 'schema']

const neverLeft = ORDER.map((folder, i) => ({
  name: `${folder}-imports-only-to-the-right`,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: { path: `^(${ORDER.slice(0, i).join('|') || '-'})/` },
}))

module.exports = {
  forbidden: [
    ...neverLeft,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'rooms-do-not-know-each-other',
      comment: "Joining providers is a resolver's job.",
      severity: 'error',
      from: { path: '^datasources/([^/]+)/' },
      to: { path: '^datasources/[^/]+/', pathNot: '^datasources/$1/' },
    },
    {
      name: 'rooms-are-entered-by-the-door',
      severity: 'error',
      from: { pathNot: '^(datasources/[^/]+/|test/)' },
      to: { path: '^datasources/[^/]+/', pathNot: '^datasources/[^/]+/index\\.ts$' },
    },
    {
      name: 'resolvers-use-datasources-for-types-only',
      severity: 'error',
      from: { path: '^resolvers/' },
      to: { path: '^datasources/', pathNot: '^datasources/errors\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-the-transport-opens-sockets-to-providers',
      severity: 'error',
      from: { path: '^(src|resolvers|datasources|schema)/', pathNot: '^datasources/transport\\.ts$' },
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
