import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import type { Config } from '../../src/config.js'
import { configWarnings } from '../../src/config/warnings.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const LEFT_OUT = ['**/emulator', 'dev', 'tools']

const METHODS = new Set(['info', 'warn', 'error'])

/** True of `log.warn`, `log[level]` and a `warn` that was taken out of a log. */
function isLogMethod(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return METHODS.has(callee.text)
  if (!ts.isPropertyAccessExpression(callee) && !ts.isElementAccessExpression(callee)) return false
  if (ts.isPropertyAccessExpression(callee) && !METHODS.has(callee.name.text)) return false
  return /(?:^|[.#])log$/.test(callee.expression.getText())
}

/** The messages that the source gives to the log, as far as they are written down. */
function messagesOf(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const constants = new Map<string, ts.Expression>()
  const given: ts.Expression[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer) constants.set(node.name.getText(), node.initializer)
    if (ts.isCallExpression(node) && isLogMethod(node.expression)) given.push(...node.arguments.slice(-1))
    ts.forEachChild(node, visit)
  }
  visit(source)
  const textsOf = (node: ts.Expression | undefined): string[] => {
    if (node === undefined) return []
    if (ts.isStringLiteralLike(node)) return [node.text]
    if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)]
    return ts.isIdentifier(node) ? textsOf(constants.get(node.text)) : []
  }
  return given.flatMap(textsOf)
}

const files = ['src', 'datasources'].flatMap((folder) => ts.sys.readDirectory(ROOT + folder, ['.ts'], LEFT_OUT))
const atStart = configWarnings({
  plaintext: ['OBP_URL'],
  events: { retentionMs: 0 },
  partnerWebhooks: { isOn: true },
} as unknown as Config).map(({ message }) => message)
const messages = [...new Set([...files.flatMap(messagesOf), ...atStart])]

/** The messages of the table, of which one that ends in … is a beginning. */
const rows = /^\| level \| message \|.*\n([\s\S]*?)^$/m
  .exec(readFileSync(`${ROOT}docs/observability.md`, 'utf8'))![1]!
  .split('\n')
  .flatMap((row) => [...(row.split(' | ')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, text]) => text!))
const isRowOf = (row: string, message: string): boolean =>
  row.endsWith('…') ? message.startsWith(row.slice(0, -1).trim()) : row === message

test('every message of the log has a row', () => {
  expect(messages.filter((message) => !rows.some((row) => isRowOf(row, message)))).toEqual([])
})

test('every row is a message of the log', () => {
  expect(rows.filter((row) => !messages.some((message) => isRowOf(row, message)))).toEqual([])
})
