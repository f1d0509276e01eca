import { expect, test } from 'vitest'
import { providerWord } from '../../../datasources/support/mapping.js'

test.each(['CLOSE_MATCH', 'Pending', 'authenticatorToken', 'v2.PARTIAL', 'a'.repeat(64)])(
  'the word %j is passed on',
  (word) => expect(providerWord(word)).toBe(word),
)

test.each([
  ['no word', undefined],
  ['null', null],
  ['an empty text', ''],
  ['a sentence', 'The holder is Ada Accepted, born 1990.'],
  ['two words, which may be a name', 'Ada Accepted'],
  ['four words', 'one two three four'],
  ['an email', 'ada@example.com'],
  ['a social security number', '900-12-3456'],
  ['an account number', '90070012345678'],
  ['markup', '<b>MATCH</b>'],
  ['a text of 65 letters', 'a'.repeat(65)],
  ['a control character', 'MATCH\n'],
])('%s is not', (_what, text) => expect(providerWord(text)).toBeNull())
