import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(path, 'utf8')
const { version } = JSON.parse(read('package.json')) as { version: string }
const released = read('RELEASES')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'))

test('RELEASES has one version and one full commit hash a line', () => {
  for (const [name, commit, ...rest] of released) {
    expect(name).toMatch(/^\d+\.\d+\.\d+$/)
    expect(commit).toMatch(/^[0-9a-f]{40}$/)
    expect(rest).toEqual([])
  }
  expect(new Set(released.map(([name]) => name)).size).toBe(released.length)
})

test('CHANGELOG.md has the version of package.json and of every release', () => {
  const headings = [...read('CHANGELOG.md').matchAll(/^## \[(.+?)\](?: - \d{4}-\d\d-\d\d)?$/gm)].map(([, name]) => name)
  expect(headings[0]).toBe('Unreleased')
  expect(headings).toEqual(expect.arrayContaining([version, ...released.map(([name]) => name)]))
})

test.each(['CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'])('%s links to files that exist', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path!)
  expect(links.filter((path) => !existsSync(path))).toEqual([])
})

test('CONTRIBUTING.md names scripts that package.json has', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = [...read('CONTRIBUTING.md').matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!)
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
})

const TEXT =
  /\.(ts|js|cjs|json|graphql|md|yml)$|^(\.(editorconfig|env\.example|gitattributes|gitignore|nvmrc)|RELEASES)$/

test('text files follow .editorconfig: LF, no trailing white space, one newline at the end', () => {
  const files = ['.', '.github', 'bench', 'datasources', 'docs', 'resolvers', 'schema', 'src', 'test'].flatMap(
    (folder) =>
      readdirSync(folder, { recursive: folder !== '.', withFileTypes: true })
        .filter((entry) => entry.isFile() && TEXT.test(entry.name) && !entry.parentPath.includes('node_modules'))
        .map(({ parentPath, name }) => join(parentPath, name))
        .filter((path) => path !== 'schema/operations/index.ts'),
  )
  expect(files.length).toBeGreaterThan(100)
  const broken = files.filter((path) => {
    const text = read(path)
    return (
      text !== '' && (text.includes('\r') || /[^\S\n]$/m.test(text) || !text.endsWith('\n') || text.endsWith('\n\n'))
    )
  })
  expect(broken).toEqual([])
})
