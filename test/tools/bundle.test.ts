import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import { build } from '../support/build.js'

let bundle: string
beforeAll(() => {
  build()
  bundle = readFileSync(join(inject('built'), 'src/lifecycle/program.js'), 'utf8')
})

test('the joined file holds every provider and no emulator', () => {
  // Truth values: the text has 8 MB.
  for (const title of ['Open Bank Project', 'Synctera', 'Apiture', 'SEI', 'Banfico'])
    expect([title, bundle.includes(title)]).toEqual([title, true])
  expect(bundle.includes('__emulator')).toBe(false)
})

test('the joined file is in ASCII, which V8 keeps in one byte for each character', () => {
  expect(/[^\0-\x7f]/.test(bundle)).toBe(false)
})
