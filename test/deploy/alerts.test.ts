import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { BLAMED } from '../../src/observability/outcome.js'
import { expanded, readBoard } from '../board/board.js'
import { promtool } from '../support/promtool.js'

interface Rule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}
interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[]
}
interface TestFile {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[]
  }[]
}

const FOLDER = 'deploy/prometheus'
const text = (path: string): string => readFileSync(path, 'utf8')
const rulesOf = (file: string): readonly Rule[] =>
  (parse(text(`${FOLDER}/${file}`)) as RuleFile).groups.flatMap(({ rules }) => rules)

const recorded = rulesOf('recording.yml')
const alerts = rulesOf('alerts.yml')
const names = [...new Set(alerts.map(({ alert }) => alert!))]
const testFiles = readdirSync(`${FOLDER}/tests`).map((file) => `${FOLDER}/tests/${file}`)
const checks = testFiles.flatMap((file) =>
  (parse(text(file)) as TestFile).tests.flatMap(({ alert_rule_test: of }) => of),
)
const runbooks = readdirSync('docs/runbooks').filter((file) => file !== 'README.md')
const board = readBoard()

/** Every query of the rules, the board, the runbooks and the page of the service levels, with its place. */
const queries: readonly (readonly [place: string, expr: string])[] = [
  ...[...recorded, ...alerts].map(({ alert, record, expr }) => [alert ?? record!, expr] as const),
  ...board.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [`panel ${title}`, expanded(expr, '1m')] as const),
  ),
  ...board.annotations.list.map(({ expr }) => ['annotation', expanded(expr, '1m')] as const),
  ...['docs/slos.md', ...runbooks.map((file) => `docs/runbooks/${file}`)].flatMap((page) =>
    [...text(page).matchAll(/^```promql\n([^]*?)^```/gm)].map(([, expr]) => [page, expr!] as const),
  ),
]

/** The metrics of the reference with their labels. */
const reference = new Map(
  [...text('docs/metrics.md').matchAll(/^\| `(\w+)` \| (\w+)[^|]*\| ((?:\\\||[^|])*)\|/gm)].map(
    ([, name, type, labels]) => [
      name!,
      { type: type!, labels: [...labels!.matchAll(/`(\w+)`(?=:|,|\s*$)/g)].map(([, label]) => label!) },
    ],
  ),
)

/** What Prometheus adds to each series. */
const SCRAPED = ['namespace', 'job', 'instance', 'le']
const RECORDED = new Set(recorded.map(({ record }) => record!))

/** The metric of a series: a histogram has three. */
const metricOf = (series: string): string =>
  reference.has(series) ? series : series.replace(/_(bucket|sum|count)$/, '')

test('each alert has a runbook with its sections, and says where it is', () => {
  expect(runbooks.sort()).toEqual(names.map((name) => `${name}.md`).sort())
  for (const { alert, labels, annotations } of alerts) {
    expect(annotations).toMatchObject({ runbook_url: `docs/runbooks/${alert}.md` })
    expect(Object.keys(annotations!)).toEqual(['summary', 'description', 'runbook_url'])
    expect(['page', 'ticket']).toContain(labels!['severity'])
  }
  for (const page of runbooks) {
    const headings = [...text(`docs/runbooks/${page}`).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual(['What it means', 'What users see', 'Look first', 'Do', 'Escalate', 'Do not'])
    expect(text(`docs/runbooks/${page}`)).toContain('```promql')
  }
})

test('each alert fires in a test, and does not in another', () => {
  const with_ = (isFired: boolean) =>
    checks.filter(({ exp_alerts: fired }) => fired.length > 0 === isFired).map(({ alertname }) => alertname)
  expect(names.filter((name) => !with_(true).includes(name))).toEqual([])
  expect(names.filter((name) => !with_(false).includes(name))).toEqual([])
})

test('each metric and label of a query is in the reference, and each recorded series has a rule', () => {
  const unknown = queries.flatMap(([place, expr]) => {
    const series = [...expr.matchAll(/\b((?:kyc|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)]
    const metrics = series.filter(([, name]) => !reference.has(metricOf(name!))).map(([, name]) => `${place}: ${name}`)
    const labels = series.flatMap(([, name, matchers = '']) => {
      const known = [...SCRAPED, ...(reference.get(metricOf(name!))?.labels ?? [])]
      return [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)]
        .filter(([, label]) => !known.includes(label!))
        .map(([, label]) => `${place}: ${name} has no label ${label}`)
    })
    const rules = [...expr.matchAll(/\bkyc:\w+:\w+/g)]
      .filter(([name]) => !RECORDED.has(name))
      .map(([name]) => `${place}: ${name}`)
    return [...metrics, ...labels, ...rules]
  })
  expect(unknown).toEqual([])
})

test('each recorded indicator is the same over each window', () => {
  const byName = new Map<string, Set<string>>()
  for (const { record, labels, expr } of recorded) {
    const [, name, window] = /^(.*_rate)(\w+)$/.exec(record!)!
    const key = `${name} ${labels?.['class'] ?? ''}`
    byName.set(key, (byName.get(key) ?? new Set()).add(expr.replaceAll(`[${window}]`, '[window]')))
  }
  expect([...byName.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1])
  expect(recorded).toHaveLength(5 * 7)
})

test('the availability counts the errors of this server', () => {
  const ofServer = Object.entries(BLAMED)
    .filter(([, blamed]) => blamed === 'server')
    .map(([code]) => code)
  const counted = /code=~"([^"]*)"/.exec(recorded[0]!.expr)![1]!.split('|')
  expect(counted).toEqual(ofServer.sort())
})

test('the queries ask for the job that the recipes give', () => {
  const jobs = queries.flatMap(([place, expr]) =>
    [...expr.matchAll(/\bjob\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)].map(([, job]) => [place, job]),
  )
  expect(jobs.length).toBeGreaterThan(0)
  expect(jobs.filter(([, job]) => job !== 'kyc-graph')).toEqual([])
  for (const path of ['deploy/compose/prometheus.yml', 'docs/deployment.md'])
    expect(text(path)).toContain('  - job_name: kyc-graph\n')
  // The Prometheus Operator takes the name of the Service, unless the monitor says another.
  const monitor = parseAllDocuments(text('deploy/helm/rendered/tenants.yaml'))
    .map((document) => document.toJS() as { kind?: string; spec?: any } | null)
    .find((object) => object?.kind === 'ServiceMonitor')!
  expect(monitor.spec.endpoints).toHaveLength(1)
  expect(monitor.spec.endpoints[0].relabelings).toContainEqual({ targetLabel: 'job', replacement: 'kyc-graph' })
})

test('the rules count each namespace by itself, and the board asks for the chosen ones', () => {
  const clauses = [...recorded, ...alerts].flatMap(({ alert, record, expr }) =>
    [...expr.matchAll(/\b(?:by|on|ignoring|without) \([^)]*\)/g)].map(([clause]) => `${alert ?? record}: ${clause}`),
  )
  expect(clauses.length).toBeGreaterThan(100)
  expect(clauses.filter((clause) => !/(by|on) \(namespace, job\b|without \(instance\)/.test(clause))).toEqual([])
  const sums = [...recorded, ...alerts].filter(({ expr }) => /\b(sum|min|max|count|avg)\s*\(/.test(expr))
  expect(sums).toEqual([])
  const ofBoard = [...board.panels.flatMap(({ targets = [] }) => targets), ...board.annotations.list]
  expect(ofBoard.filter(({ expr }) => !expr.includes('namespace=~"$namespace"'))).toEqual([])
})

test('the board has a current form and its variables', () => {
  expect(board.schemaVersion).toBeGreaterThanOrEqual(41)
  expect(board.templating.list.map(({ name }) => name)).toEqual([
    'datasource',
    'namespace',
    'tenant',
    'instance',
    'provider',
  ])
  const linked = board.panels.flatMap((panel) => JSON.stringify(panel).match(/KycGraph\w+/g) ?? [])
  expect(linked.filter((name) => !existsSync(`docs/runbooks/${name}.md`))).toEqual([])
})

describe('promtool', () => {
  test('accepts the rules, and every query of the board and the documentation', () => {
    const rules = queries.map(([, expr], i) => ({ record: `query_${i}`, expr }))
    const file = join(mkdtempSync(join(tmpdir(), 'kyc-queries-')), 'queries.yml')
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }))
    const said = promtool('check', 'rules', `${FOLDER}/recording.yml`, `${FOLDER}/alerts.yml`, file)
    expect(said).toContain(`SUCCESS: ${rules.length} rules found`)
  })

  test('fires each alert where it should, and not elsewhere', () => {
    expect(promtool('test', 'rules', ...testFiles)).toContain('SUCCESS')
  }, 60_000)
})
