import type * as fs from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readArguments } from '../../../src/tools/vop/arguments.js'
import { type App, startApp } from '../../support/app.js'
import { askedAccounts, payeeFile } from './payee-file.js'

/** True of the text that the disk takes in part; later it takes all again. */
const disk = vi.hoisted(() => ({ isFullFor: (_text: string): boolean => false }))
vi.mock('node:fs', async (load) => {
  const original = await load<typeof fs>()
  const writeSync = (file: number, bytes: Buffer, from: number): number => {
    if (!disk.isFullFor(bytes.toString())) return original.writeSync(file, bytes, from)
    original.writeSync(file, bytes, from, bytes.length >> 1)
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
  }
  return { ...original, writeSync }
})

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
})
afterAll(() => app.close())

test('a run whose journal met a full disk goes on later, and asks no row twice', async () => {
  // Another test file may have loaded them, with the disk as it is.
  vi.resetModules()
  const [{ runFile }, { Stopped }] = await Promise.all([
    import('../../../src/tools/vop/run.js'),
    import('../../../src/tools/vop/client.js'),
  ])
  const VOP_TOKEN = await app.token({ client: 'payer', scopes: ['verifications:read', 'verifications:write'] })
  const options = readArguments([payeeFile(300), '--url', `${app.url}/graphql`, '--jobs', '4'], { VOP_TOKEN })
  const output = { write: () => undefined }
  let begun = 0
  // Two batches are under way when the third one is announced.
  disk.isFullFor = (text) => text.includes('"kind":"begun"') && (begun += 1) === 3
  const stopped = await runFile(options, output).catch((error: unknown) => error)
  expect(stopped).toBeInstanceOf(Stopped)
  expect((stopped as Error).message).toContain('ENOSPC')
  expect(await runFile(options, output)).toEqual({ rows: 300, unanswered: 0 })
  const asked = askedAccounts(app)
  expect([asked.length, new Set(asked).size]).toEqual([300, 300])
})
