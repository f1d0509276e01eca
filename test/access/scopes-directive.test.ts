import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { references } from '../../resolvers/index.js'
import type { Scope } from '../../schema/scopes.js'
import { type App, startApp } from '../support/app.js'
import {
  askedAfterwards,
  askedOf,
  EVERY_SCOPE,
  fieldPaths,
  mutationPaths,
  needsOnlyToken,
  nestedFields,
  queries,
  queryPaths,
  REFERENCE_SCOPES,
  referencePaths,
  type AccessPath,
  schema,
} from '../support/access-paths.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

/** Asked on the way to a customer. */
const MINE = 'GET /obp/v4.0.0/users/current/customers'

/** The minimal sets of missing scopes: a caller with all other scopes still satisfies no alternative. */
function lacks(demands: readonly (readonly Scope[])[]): Scope[][] {
  const hits = demands.reduce<Scope[][]>(
    (sets, alternative) =>
      sets.flatMap((set) =>
        alternative.some((scope) => set.includes(scope)) ? [set] : alternative.map((scope) => [...set, scope]),
      ),
    [[]],
  )
  const least = hits.filter(
    (set) => !hits.some((other) => other.length < set.length && other.every((scope) => set.includes(scope))),
  )
  return [...new Map(least.map((set) => [[...set].sort().join(), set])).values()]
}

const run = (accessPath: AccessPath, scopes: readonly Scope[]) => {
  const { document, variables } = accessPath.ask()
  return app.run(document, variables, { scopes, client: 'ada' })
}

const guarded = [...queryPaths, ...mutationPaths, ...fieldPaths, ...referencePaths].flatMap((accessPath) =>
  accessPath.demands ? [[accessPath.name, accessPath, accessPath.demands] as const] : [],
)

describe('the scopes that the emitted schema names are those that are demanded', () => {
  test.each(guarded)('%s is opened by each alternative', async (_name, accessPath, demands) => {
    for (const scopes of demands) {
      const { errors, status } = await run(accessPath, [...scopes, ...accessPath.through])
      expect([
        scopes,
        errors.filter(({ extensions }) => extensions.code === 'FORBIDDEN' || extensions.code === 'UNAUTHENTICATED'),
      ]).toEqual([scopes, []])
      expect(status).toBe(200)
    }
  })

  test.each(guarded)('%s is not opened by all other scopes together', async (_name, accessPath, demands) => {
    for (const lacking of lacks(demands)) {
      app.clear()
      const { data, errors } = await run(
        accessPath,
        EVERY_SCOPE.filter((scope) => !lacking.includes(scope)),
      )
      const refused = errors.filter(({ extensions }) => extensions.code === 'FORBIDDEN')
      expect(
        refused.map(({ path, extensions }) => [path?.slice(0, accessPath.path.length), extensions.retryable]),
      ).toEqual([[accessPath.path, false]])
      expect(lacking.map((scope) => `This needs the scope ${scope}.`)).toContain(refused[0]!.message)
      // A list of which each has an error of its own.
      expect([accessPath.path.reduce<any>((value, step) => value?.[step], data) ?? null].flat()).toEqual([null])
      expect(askedAfterwards(app).filter((call) => call !== MINE)).toEqual([])
    }
  })
})

describe('every field that reaches a provider says what it needs', () => {
  /** Federation's own: the router asks them, and clients do not see them. */
  const FEDERATION = ['Query._entities', 'Query._service']
  const fields = [
    ...queries.map((field) => ['Query', field] as const),
    ...Object.values(schema.getMutationType()!.getFields()).map((field) => ['Mutation', field] as const),
    ...nestedFields,
  ]
    .map(([type, field]) => ({ name: `${type}.${field.name}`, field }))
    .filter(({ name }) => !FEDERATION.includes(name))
  const accessPaths = new Map(
    [...queryPaths, ...mutationPaths, ...fieldPaths].map((accessPath) => [accessPath.name, accessPath]),
  )
  const silent = fields.filter(({ name, field }) => !accessPaths.get(name)!.demands && !needsOnlyToken(field))
  const token = fields.filter(({ field }) => needsOnlyToken(field))

  test('by scopes or by a token, not by both', () => {
    expect(fields.filter(({ name, field }) => accessPaths.get(name)!.demands && needsOnlyToken(field))).toEqual([])
    expect(token.map(({ name }) => name).sort()).toEqual([
      'Query.errorCodes',
      'Query.viewer',
      'Viewer.customers',
      'Viewer.messages',
    ])
  })

  test.each(token.map(({ name }) => name))('%s needs nothing but a token', async (name) => {
    expect((await run(accessPaths.get(name)!, [])).errors).toEqual([])
  })

  // A field that says nothing is one that is worked out from the value at hand.
  test.each(silent.map(({ name }) => name))('%s has no directive, and calls no provider', async (name) => {
    const accessPath = accessPaths.get(name)!
    expect(accessPath.kind).toBe('field')
    const { data, errors } = await run(accessPath, accessPath.through)
    expect(errors).toEqual([])
    expect(accessPath.path.reduce<any>((value, step) => value[step], data)).not.toBeNull()
    expect(askedAfterwards(app)).toEqual([])
  })
})

describe.each<[string, readonly Scope[]]>([
  ['without any scope', []],
  ["with every scope of a caller's own", EVERY_SCOPE.filter((scope) => scope.endsWith(':own'))],
  ['with every scope that is not for writing', EVERY_SCOPE.filter((scope) => !scope.includes(':write'))],
])('a token %s', (_what, scopes) => {
  const isOpened = ({ demands }: AccessPath) => demands!.some((all) => all.every((scope) => scopes.includes(scope)))
  test.each(
    mutationPaths.filter((path) => !isOpened(path)).map((accessPath) => [accessPath.name, accessPath] as const),
  )('is refused %s', async (_name, accessPath) => {
    const { data, errors } = await run(accessPath, scopes)
    expect(errors).toMatchObject([{ path: accessPath.path, extensions: { code: 'FORBIDDEN', retryable: false } }])
    expect(data).toEqual({ [accessPath.path[0]!]: null })
    expect(askedOf(app)).toEqual([])
  })
})

describe('what hangs off a value is not opened by the value', () => {
  test.each(fieldPaths.filter(({ demands }) => demands).map((accessPath) => [accessPath.name, accessPath] as const))(
    '%s',
    async (_name, accessPath) => {
      const { data, errors } = await run(accessPath, accessPath.through)
      expect(errors).toMatchObject([{ path: accessPath.path, extensions: { code: 'FORBIDDEN' } }])
      expect(accessPath.path.slice(0, -1).reduce<any>((value, step) => value[step], data)).toEqual({
        [accessPath.path.at(-1)!]: null,
      })
      expect(askedAfterwards(app)).toEqual(accessPath.path[0] === 'viewer' ? [MINE] : [])
    },
  )
})

test('a token without any scope reads its viewer', async () => {
  const { data, errors } = await app.run('{ viewer { id scopes } }', undefined, { scopes: [] })
  expect([data, errors]).toEqual([{ viewer: { id: 'tester', scopes: [] } }, []])
  expect(askedOf(app)).toEqual([])
})

test('every entity can be referred to, and is', () => {
  const keyed = Object.values(schema.getTypeMap()).filter(
    (type) =>
      type.astNode && 'directives' in type.astNode && type.astNode.directives?.some(({ name }) => name.value === 'key'),
  )
  expect(keyed.map(({ name }) => name).sort()).toEqual(Object.keys(references).sort())
  expect(Object.keys(REFERENCE_SCOPES).sort()).toEqual(Object.keys(references).sort())
})
