import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const CHECKLISTS = ['docs/owasp-api-top-10.md', 'docs/fapi-2.md']
const PAGES = [...CHECKLISTS, 'docs/threat-model.md']
const STATES = ['met', 'partly', 'not ours']

interface Proof {
  readonly file: string
  readonly title: string
}

const read = (path: string): string => readFileSync(path, 'utf8')

/** Proofs are written as the path of a test file and, in quotation marks, the title of a test or of a group in it. */
const proofsOf = (text: string): Proof[] =>
  [...text.matchAll(/`(test\/[\w./-]+\.test\.ts)`: "([^"]+)"/g)].map(([, file, title]) => ({
    file: file!,
    title: title!,
  }))

/** True where the file has the title as one text of its source. */
function hasTitle({ file, title }: Proof): boolean {
  if (!existsSync(file)) return false
  const source = read(file).replaceAll("\\'", "'")
  return ["'", '"', '`'].some((quote) => source.includes(quote + title + quote))
}

describe.each(PAGES)('%s', (page) => {
  const text = read(page)

  test('names tests that exist', () => {
    expect(proofsOf(text).filter((proof) => !hasTitle(proof))).toEqual([])
  })

  test('has no test in another form', () => {
    expect(
      text.match(/test\/[\w./-]+\.test\.ts/g)?.filter((file) => file !== 'test/docs/checklists.test.ts'),
    ).toHaveLength(proofsOf(text).length)
  })
})

test.each(CHECKLISTS)('every line of %s is met with a proof, or says why not', (page) => {
  const rows = [...read(page).matchAll(/^\| (?!-)(.+?) \| (.+?) \| (.+) \|$/gm)].filter(
    ([, , state]) => state !== 'state',
  )
  expect(rows.length).toBeGreaterThan(20)
  for (const [, requirement, state, reason] of rows) {
    expect({ requirement, state: STATES.includes(state!) }).toEqual({ requirement, state: true })
    if (state === 'met')
      expect({ requirement, proofs: proofsOf(reason!).length }).not.toEqual({ requirement, proofs: 0 })
    expect(reason!.length).toBeGreaterThan(10)
  }
})
