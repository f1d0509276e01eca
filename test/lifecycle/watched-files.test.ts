import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { WatchedFiles } from '../../src/lifecycle/watched-files.js'

const NEVER_MS = 3_600_000

let watched: WatchedFiles | undefined
afterEach(() => watched?.close())

/** A folder with the files `a` and `b`, which are watched. */
function setUp({ pollMs = NEVER_MS } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'watched-'))
  const at = (name: string) => join(folder, name)
  for (const name of ['a', 'b']) writeFileSync(at(name), 'one')
  const told = vi.fn<(paths: readonly string[]) => void>()
  watched = new WatchedFiles(told, { settleMs: 20, pollMs })
  const untilTold = (...names: string[]) =>
    vi.waitFor(() => expect(told.mock.calls.flat(2).sort()).toEqual(names.map(at).sort()), { timeout: 10_000 })
  return { at, told, watched, untilTold }
}

describe('a change of content is told once', () => {
  test.each<[string, (at: (name: string) => string) => void]>([
    ['written in place', (at) => writeFileSync(at('a'), 'two')],
    ['written twice', (at) => (writeFileSync(at('a'), ''), writeFileSync(at('a'), 'two'))],
    ['replaced by rename', (at) => (writeFileSync(at('new'), 'two'), renameSync(at('new'), at('a')))],
    ['removed and made again', (at) => (rmSync(at('a')), writeFileSync(at('a'), 'two'))],
  ])('a file that is %s', async (_, change) => {
    const { at, watched, untilTold } = setUp()
    watched.set([at('a'), at('b')])
    change(at)
    await untilTold('a')
  })

  test('files behind a link that is replaced, as a mounted Secret, in one call', async () => {
    const { at, told, watched, untilTold } = setUp()
    const place = (version: string) => {
      mkdirSync(at(version))
      for (const name of ['user', 'password']) writeFileSync(at(`${version}/${name}`), version)
      symlinkSync(version, at('..data_tmp'))
      renameSync(at('..data_tmp'), at('..data'))
    }
    place('..1')
    for (const name of ['user', 'password']) symlinkSync(`..data/${name}`, at(name))
    watched.set([at('user'), at('password')])
    place('..2')
    rmSync(at('..1'), { recursive: true })
    await untilTold('user', 'password')
    expect(told).toHaveBeenCalledTimes(1)
    place('..3')
    await untilTold('user', 'password', 'user', 'password')
  })

  test.each<[string, (path: string) => void]>([
    ['removed', (path) => rmSync(path)],
    ['replaced by a directory', (path) => (rmSync(path), mkdirSync(path))],
    ['a link to nothing', (path) => (rmSync(path), symlinkSync('nowhere', path))],
  ])('a file that stays %s, and once it is back, also with the content of before', async (_, remove) => {
    const { at, told, watched, untilTold } = setUp({ pollMs: 40 })
    watched.set([at('a'), at('b')])
    remove(at('a'))
    await untilTold('a')
    await delay(200)
    expect(told).toHaveBeenCalledTimes(1)
    rmSync(at('a'), { recursive: true, force: true })
    writeFileSync(at('a'), 'one')
    await untilTold('a', 'a')
  })

  test('a file in a directory that comes later, by the poll', async () => {
    const { at, watched, untilTold } = setUp({ pollMs: 20 })
    watched.set([at('later/c')])
    mkdirSync(at('later'))
    writeFileSync(at('later/c'), 'one')
    await untilTold('later/c')
  })
})

test('an equal content, an absent file and a file that is no longer watched are no change', async () => {
  const { at, watched, untilTold } = setUp()
  watched.set([at('a'), at('b')])
  writeFileSync(at('a'), 'one')
  rmSync(at('b'))
  writeFileSync(at('c'), 'one')
  watched.set([at('a'), at('b'), at('c')])
  watched.set([at('b'), at('c')])
  writeFileSync(at('a'), 'two')
  writeFileSync(at('c'), 'two')
  await untilTold('c')
})
