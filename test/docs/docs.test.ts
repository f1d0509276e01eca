import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildASTSchema, type DocumentNode, Kind, parse, print, type SelectionSetNode, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CUSTOMERS } from '../../datasources/apiture/emulator/index.js'
import { MAGIC_ACCOUNTS } from '../../datasources/banfico/emulator/magic-accounts.js'
import { NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { ERROR_CODES } from '../../datasources/contract/error-codes.js'
import { LINKS } from '../../datasources/obp/customers/contract.js'
import { REQUIRED_ROLES } from '../../datasources/obp/roles.js'
import { JOBS, REFUSED } from '../../datasources/sei/emulator/index.js'
import { OUTCOME_BY_SSN, PROBLEM_BY_SSN } from '../../datasources/synctera/emulator/index.js'
import * as operations from '../../schema/operations/index.js'
import { SCOPES } from '../../schema/scopes.js'
import { FILE_NOTICES } from '../../src/audit/file-sink.js'
import { DISTRUST } from '../../src/store/trust.js'
import { FIRST_QUERY, prepare } from '../../src/dev/welcome.js'
import { createMetrics } from '../../src/observability/metrics/all-metrics.js'
import { ADMIN_METRICS } from '../../src/observability/metrics/admin.js'
import { GLIBC_SETTINGS } from '../soak/replica.js'
import { type App, startApp } from '../support/app.js'
import { settingNames } from '../support/setting-names.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const MAX_README_LINES = 150

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .sort()
    .map((path) => `docs/${path}`),
]
const TEXTS = new Map(PAGES.map((page) => [page, read(page)]))
const page = (path: string): string => TEXTS.get(path)!

const blocksOf = (path: string) =>
  [...page(path).matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language, text]) => ({
    language: language!,
    text: text!,
  }))

/** The blocks of a language by the name of their page, with a number where it has several. */
const blocks = (language: string): (readonly [page: string, text: string])[] =>
  PAGES.flatMap((path) =>
    blocksOf(path)
      .filter((block) => block.language === language)
      .map(({ text }, i) => [i === 0 ? path : `${path} (${i + 1})`, text] as const),
  )

/** Operations within the code of other languages: tagged templates of TypeScript, texts of Python. */
const EMBEDDED = /\bgql(?:<[^`]*>)?`([^`]*)`|"""\n((?:query|mutation|subscription) [^"]*)"""/g

/** Every GraphQL document that the pages show, by the name of its page. */
const documents = (): (readonly [page: string, text: string])[] => [
  ...blocks('graphql'),
  ...['ts', 'tsx', 'python'].flatMap((language) =>
    blocks(language).flatMap(([path, code]) =>
      [...code.matchAll(EMBEDDED)].map(([, template, text]) => [`code of ${path}`, (template ?? text)!] as const),
    ),
  ),
]

const proseOf = (path: string): string => page(path).replace(/^```[\s\S]*?^```/gm, '')
const spansOf = (path: string): string[] => [...proseOf(path).matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!)

/** The first cells of the table rows in a text, without backticks and links. */
const rowsOf = (text: string): string[] => [...text.matchAll(/^\| \[?`([^`]+)`/gm)].map(([, cell]) => cell!)

/** Anchors as GitHub makes them of headings. */
function anchorsOf(path: string): Set<string> {
  const seen = new Map<string, number>()
  return new Set(
    [...proseOf(path).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => {
      const slug = heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-')
      const count = seen.get(slug) ?? 0
      seen.set(slug, count + 1)
      return count === 0 ? slug : `${slug}-${count}`
    }),
  )
}

describe('links', () => {
  const linksOf = (path: string): string[] =>
    [
      ...proseOf(path)
        .replace(/`[^`\n]*`/g, '')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ].map(([, target]) => target!)

  function isBroken(from: string, target: string): boolean {
    if (/^[a-z]+:/.test(target)) return false
    const [path, anchor] = target.split('#') as [string, string | undefined]
    const to = path === '' ? from : join(dirname(from), path)
    if (!existsSync(join(ROOT, to))) return true
    return anchor !== undefined && !(TEXTS.has(to) && anchorsOf(to).has(anchor))
  }

  test.each(PAGES)('every link of %s leads to a file and an anchor that exist', (path) => {
    expect(linksOf(path).filter((target) => isBroken(path, target))).toEqual([])
  })

  test('the indexes name every page once', () => {
    const listed = linksOf('docs/README.md').map((target) => `docs/${target}`)
    const runbooks = linksOf('docs/runbooks/README.md').filter((target) => /^\w+\.md$/.test(target))
    const errors = linksOf('docs/errors.md').filter((target) => target.startsWith('errors/'))
    const all = [
      ...listed,
      ...runbooks.map((target) => `docs/runbooks/${target}`),
      ...errors.map((target) => `docs/${target}`),
      'docs/README.md',
      'README.md',
    ]
    expect(all.sort()).toEqual([...PAGES].sort())
  })

  test('the README has two screens', () => {
    expect(page('README.md').split('\n').length - 1).toBeLessThanOrEqual(MAX_README_LINES)
  })
})

describe('names', () => {
  const settings = settingNames()
  const isFileOfSecret = (name: string): boolean =>
    name.endsWith('_FILE') && settings.has(name.slice(0, -'_FILE'.length))
  const generated =
    /<!-- generated:settings -->([\s\S]*)<!-- \/generated:settings -->/.exec(page('docs/configuration.md'))?.[1] ?? ''

  test('every setting has a row', () => {
    // Proxies are read in lower case too.
    const isDocumented = (name: string): boolean =>
      rowsOf(generated).includes(name.replace(/^[a-z]+_proxy$/, (lower) => lower.toUpperCase()))
    expect([...settings].filter((name) => !isFileOfSecret(name) && !isDocumented(name))).toEqual([])
  })

  test('every row of settings is a setting, once', () => {
    const rows = rowsOf(generated)
    expect(rows.filter((name, i) => !settings.has(name) || rows.indexOf(name) !== i)).toEqual([])
  })

  test('every error code has a row', () => {
    const rows = rowsOf(page('docs/errors.md'))
    expect(Object.keys(ERROR_CODES).filter((code) => !rows.includes(code))).toEqual([])
  })

  test('whether a code is retryable is as in the source', () => {
    const rows = Object.fromEntries(
      [...page('docs/errors.md').matchAll(/^\| \[`([A-Z_]+)`\]\S+ \| [^|]+ \| ([^|]+) \|$/gm)].map(
        ([, code, retryable]) => [code!, retryable!],
      ),
    )
    const wrong = Object.entries(ERROR_CODES).filter(
      ([code, { retryable }]) =>
        rows[code] !== (code === 'OUTCOME_UNKNOWN' ? 'as the error says' : retryable ? 'yes' : 'no'),
    )
    expect(wrong.map(([code]) => code)).toEqual([])
  })

  test('every scope has a row', () => {
    const rows = rowsOf(page('docs/scopes.md'))
    expect(Object.keys(SCOPES).filter((scope) => !rows.includes(scope))).toEqual([])
  })

  test.each(PAGES)('%s names no scope that does not exist', (path) => {
    expect(
      (proseOf(path).match(/\b[a-z]+(?:-[a-z]+)*:(?:read|write)(?::\w+)?\b/g) ?? []).filter(
        (scope) => !Object.hasOwn(SCOPES, scope),
      ),
    ).toEqual([])
  })

  /** Causes of `/ready` with an underscore that TLS, this server's store or its admin listener name. */
  const CAUSES = [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'TOO_FEW_REPLICAS',
    'NOT_WRITABLE',
    'EVENT_LOOP_STUCK',
  ]
  /** Words in capitals that are neither settings nor codes. */
  const OTHERS = new Set<string>([
    ...(read('schema/schema.graphql').match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? []),
    ...Object.values(LINKS),
    ...DISTRUST,
    ...FILE_NOTICES,
    ...CAUSES,
    'NODE_EXTRA_CA_CERTS',
    // Mistaken names, of the check of the settings.
    'REDIS_ULR',
    'OBP_BASEURL',
    'NODE_ENV',
    'NODE_COMPILE_CACHE',
    'NODE_OPTIONS',
    ...Object.keys(GLIBC_SETTINGS),
    // Arguments of the image.
    ...[...read('deploy/Dockerfile').matchAll(/^ARG (\w+)/gm)].map(([, name]) => name!),
    // Of `npm run vop`: its settings, and words of its results.
    'VOP_URL',
    'VOP_TOKEN',
    'VOP_TOKEN_FILE',
    'NOT_ASKED',
    'UNKNOWN_WORD',
    // A product code of the onboarding.
    'DDA_01',
    // Parts of Synctera's types of events.
    'VERIFICATION_OUTCOME',
    'KYC_OUTCOME',
    // What the client packages say of a write in doubt.
    'READ_BACK',
    // Of Hive Gateway.
    'UNAUTHORIZED_FIELD_OR_TYPE',
  ])
  const scriptsOf = (path: string): string[] =>
    blocksOf(path)
      .filter(({ language }) => ['sh', 'ini', 'js'].includes(language))
      .map(({ text }) => text)

  test.each(PAGES)('%s names no setting and no error code that does not exist', (path) => {
    const text = [...spansOf(path), ...scriptsOf(path)]
      .join('\n')
      .replaceAll('<PROVIDER>', 'OBP')
      .replace(/(?<![A-Z])_[A-Z_]+/g, '')
    const named = [
      ...text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g),
      ...text.matchAll(/\b[A-Z][A-Z0-9]*(?==)/g),
    ].map(([name]) => name)
    const known = (name: string): boolean => settings.has(name) || Object.hasOwn(ERROR_CODES, name) || OTHERS.has(name)
    expect(named.filter((name) => !known(name))).toEqual([])
  })

  test('every metric has a row, and every metric that is named exists', async () => {
    const ofMain = [...(await createMetrics({ hasTenants: true }).text()).matchAll(/^# TYPE (kyc_\w+)/gm)].map(
      ([, name]) => name!,
    )
    // The admin listener adds its own.
    const names = [...ofMain, ...Object.values(ADMIN_METRICS).map(({ name }) => name)]
    const rows = rowsOf(page('docs/metrics.md'))
    expect(names.filter((name) => !rows.includes(name))).toEqual([])
    expect(
      PAGES.flatMap((path) => spansOf(path).flatMap((span) => span.match(/\bkyc_\w+/g) ?? [])).filter(
        (name) => !names.includes(name),
      ),
    ).toEqual([])
  })

  test('every mutation stands in the table of lost answers', () => {
    const mutations = /^type Mutation.*\{\n([\s\S]*?)^\}/m
      .exec(read('schema/schema.graphql'))![1]!
      .match(/^ {2}\w+(?=\()/gm)!
      .map((name) => name.trim())
    const spans = spansOf('docs/idempotency.md')
    expect(mutations.filter((name) => !spans.includes(name))).toEqual([])
  })

  test.each<[string, readonly string[]]>([
    ['people', NAMED_PEOPLE.map(({ customerId }) => customerId)],
    ["accounts of Banfico's emulator", MAGIC_ACCOUNTS.map(({ id }) => id)],
    ["banking customers of Apiture's emulator", Object.values(CUSTOMERS)],
    ["external ids of SEI's emulator", [...Object.keys(JOBS), ...Object.keys(REFUSED)]],
    ["SSNs of Synctera's emulator", [...Object.keys(OUTCOME_BY_SSN), ...Object.keys(PROBLEM_BY_SSN)]],
  ])('test data has all %s', (_what, names) => {
    const text = page('docs/test-data.md')
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })

  test.each(PAGES)('every file and folder of the source that %s names exists', (path) => {
    const named = [...spansOf(path), ...blocksOf(path).map(({ text }) => text)].flatMap(
      (text) =>
        text.match(/(?<![\w./-])(?:schema|resolvers|datasources|src|test|bench|deploy|examples)\/[\w./@-]*/g) ?? [],
    )
    expect(named.filter((name) => !existsSync(join(ROOT, name)))).toEqual([])
  })
})

describe('snippets', () => {
  const schema = buildASTSchema(parse(read('schema/schema.graphql')), { assumeValid: true, assumeValidSDL: true })

  test.each(documents())('the GraphQL in %s is valid', (_page, text) => {
    expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([])
  })

  test.each(blocks('json'))('the JSON in %s parses', (_page, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow()
  })

  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

  test('every npm script that is named exists', () => {
    const named = PAGES.flatMap((path) => [...page(path).matchAll(/\bnpm run ([\w:]+)/g)].map(([, name]) => name!))
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
  })

  test('deployment starts the server as `npm start` does', () => {
    expect(page('docs/deployment.md')).toContain(`\n${scripts['start']}\n`)
    // In PM2's file the arguments stand apart.
    const starts = page('docs/deployment.md').match(/dist\/src\/main\.js(?! --check)/g)!
    const given = page('docs/deployment.md').split(scripts['start']!.replace(/^node (.*) dist.*/, '$1')).length - 1
    expect(given).toBe(starts.length)
  })

  describe('first queries', () => {
    let app: App
    beforeAll(async () => {
      app = await startApp()
    })
    afterAll(() => app.close())

    const pair = (path: string) => ({
      query: blocksOf(path).find(({ language }) => language === 'graphql')!.text,
      answer: JSON.parse(blocksOf(path).find(({ language }) => language === 'json')!.text) as { data: object },
    })

    test.each(['README.md', 'docs/first-query.md'])(
      'the first query of %s is answered as the page says',
      async (path) => {
        const variables = await prepare(app.url, await app.token({ client: 'ops' }))
        const { query, answer } = pair(path)
        const { data, errors } = await app.run(query, variables, { client: 'ops' })
        expect(errors).toEqual([])
        expect(data).toEqual(answer.data)
      },
    )

    test('the page has the query that development prints', () => {
      expect(print(parse(pair('docs/first-query.md').query))).toBe(print(parse(FIRST_QUERY)))
    })
  })

  /** Every field of a document by its path, such as `customer.person.verifications`. */
  function pathsOf({ definitions }: DocumentNode): Set<string> {
    const paths = new Set<string>()
    const walk = ({ selections }: SelectionSetNode, above: string): void => {
      for (const selection of selections) {
        if (selection.kind !== Kind.FIELD) throw new Error('pages show fields only')
        const path = `${above}${selection.name.value}`
        paths.add(path)
        if (selection.selectionSet) walk(selection.selectionSet, `${path}.`)
      }
    }
    for (const definition of definitions)
      if (definition.kind === Kind.OPERATION_DEFINITION) walk(definition.selectionSet, '')
    return paths
  }

  const nameOf = ({ definitions }: DocumentNode): string | undefined =>
    definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? [definition.name?.value] : [],
    )[0]
  const promised = new Map(
    (Object.values(operations) as DocumentNode[]).map((document) => [nameOf(document), document]),
  )

  test.each(documents())('the operation in %s is a part of a promised one', (_page, text) => {
    const document = parse(text)
    const whole = promised.get(nameOf(document))
    expect(whole).toBeDefined()
    expect([...pathsOf(document)].filter((path) => !pathsOf(whole!).has(path))).toEqual([])
  })
})

test('the page of the Open Bank Project lists each role with its scope and its operations', () => {
  const text = page('docs/providers/obp.md')
  const system = text.indexOf('### For the whole server')
  const rows = [...text.matchAll(/^\| `(Can\w+)` \| (.+) \|$/gm)].map(({ index, 1: role, 2: operations }) => ({
    role,
    scope: index < system ? 'bank' : 'system',
    operations: [...operations!.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  }))
  expect(rows).toEqual(REQUIRED_ROLES)
})
