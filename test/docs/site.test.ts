import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { checkLinks } from '../../site/source/links.js'
import { forSite } from '../../site/source/markdown.js'
import { assertComplete, flatten, readNavigation } from '../../site/source/navigation.js'
import { DOCS } from '../../site/source/paths.js'

const assets = (path: string): string => `/images/${path}`

test('the navigation of the site has every page of docs/, in the groups and the order of its index', () => {
  const groups = readNavigation()
  expect(() => assertComplete(groups, DOCS)).not.toThrow()
  expect(groups.map(({ title }) => title)).toEqual(expect.arrayContaining(['Use the API', 'Guides']))
  const files = flatten(groups).map(({ file }) => file)
  expect(files).toEqual(expect.arrayContaining(['errors/CONFLICT.md', 'runbooks/KycGraphDown.md']))
  expect(new Set(files).size).toBe(files.length)
})

test('a page that no list has is told', () => {
  const [first] = readNavigation()
  const without = { ...first!, pages: first!.pages.filter(({ file }) => file !== 'errors.md') }
  expect(() => assertComplete([without], DOCS)).toThrow('errors/CONFLICT.md')
})

test.each([
  ['[Errors](errors.md#provider-statuses)', 'errors.md', '[Errors](errors.md#provider-statuses)'],
  ['[Runbooks](runbooks/README.md)', 'README.md', '[Runbooks](runbooks/index.md)'],
  ['[`alerts.yml`](../../deploy/prometheus/alerts.yml)', 'runbooks/README.md', '`alerts.yml`'],
  ['[the changelog](../CHANGELOG.md)', 'upgrading.md', 'the changelog (`CHANGELOG.md`)'],
  ['![ratios](../bench/results/ratios.svg)', 'performance.md', '![ratios](/images/bench/results/ratios.svg)'],
  [
    '`[text](../x.md)` and [site](https://example.com)',
    'input.md',
    '`[text](../x.md)` and [site](https://example.com)',
  ],
  ['```md\n[text](../x.md)\n```', 'input.md', '```md\n[text](../x.md)\n```'],
])('%s becomes on the site what leads somewhere there', (text, file, expected) => {
  expect(forSite(text, file, assets)).toBe(expected)
})

/** A site of these files. */
function siteOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-site-'))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

const PAGE =
  '<h2 id="here">Here</h2><a href="/errors/a.html#there">there</a><a href="https://example.com/">elsewhere</a>'
const OTHER = '<h2 id="there">There</h2><a href="../index.html#here">back</a>'

test.each([
  ['whose links lead somewhere is sound', PAGE, undefined],
  ['with a link to no page is not', `${PAGE}<a href="/gone.html">gone</a>`, '/gone.html'],
  ['with a link to no anchor is not', `${PAGE}<a href="#gone">gone</a>`, '#gone'],
  [
    'that loads a script from another host is not',
    `${PAGE}<script src="https://cdn.example/a.js"></script>`,
    'cdn.example',
  ],
  [
    'that loads a style from another host is not',
    `${PAGE}<link rel="stylesheet" href="//cdn.example/a.css">`,
    'cdn.example',
  ],
])('a site %s', (_what, page, problem) => {
  const check = () => checkLinks(siteOf({ 'index.html': page, 'errors/a.html': OTHER }))
  if (problem === undefined) expect(check).not.toThrow()
  else expect(check).toThrow(problem)
})
