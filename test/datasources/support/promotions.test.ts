import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

const REQUESTS = 6_000
const KB_OF_A_REQUEST = 4
/** Of all requests. */
const TOTAL_KB = REQUESTS * KB_OF_A_REQUEST

/** How a request is kept while it is among the last four. */
const keyed = (map: string): string => `
  const running = new ${map}()
  const begin = (request) => running.set(request.name, request)
  const end = (request) => running.delete(request.name)`
const listed = (set: string): string => `
  const running = new ${set}()
  const begin = (request) => running.add(request)
  const end = (request) => running.delete(request)`
/** How a request has a value that leads back to it. */
const attached = (attachment: string): string => `
  const values = new ${attachment}()
  const begin = (request) => values.set(request, { request })
  const end = () => undefined`

/** The KB that scavenges promote while requests are kept so; there is a full collection while some of them run. */
function promotedKb(keeping: string): number {
  const program = `
    import { Attachment } from './datasources/support/attachment.ts'
    import { TransientMap, TransientSet } from './datasources/support/transient-map.ts'
    ${keeping}
    const last = []
    let count = 0
    function serve() {
      const request = { name: 'request ' + count, body: new Array(${KB_OF_A_REQUEST * 128}).fill(count) }
      begin(request)
      last.push(request)
      if (last.length > 4) end(last.shift())
      globalThis.work = Array.from({ length: 2_000 }, (_, i) => ({ i, list: [i] }))
      if (count === ${REQUESTS / 10}) globalThis.gc()
      if (++count < ${REQUESTS}) setImmediate(serve)
    }
    serve()`
  const flags = ['--expose-gc', '--max-semi-space-size=16', '--trace-gc', '--trace-gc-nvp', '--import', 'tsx']
  const args = [...flags, '--input-type=module', '--eval', program]
  const lines = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e8 }).split('\n')
  const scavenges = lines.filter((line) => line.includes(' gc=s '))
  expect(scavenges.length).toBeGreaterThan(5)
  expect(lines.some((line) => line.includes(' gc=mc '))).toBe(true)
  return scavenges.reduce((sum, line) => sum + Number(/ promoted=(\d+)/.exec(line)![1]), 0) / 1024
}

/** The KB without a request that is kept. */
const ofStart = promotedKb('const begin = () => undefined, end = begin')

test.each([
  ['Map', keyed('Map')],
  ['Set', listed('Set')],
  ['WeakMap', attached('WeakMap')],
])('V8 promotes requests that a %s has had; once it does not, TransientMap and Attachment can go', (_name, keeping) => {
  expect(promotedKb(keeping) - ofStart).toBeGreaterThan(TOTAL_KB / 10)
})

test.each([
  ['TransientMap', keyed('TransientMap')],
  ['TransientSet', listed('TransientSet')],
  ['Attachment', attached('Attachment')],
])('V8 promotes no request that a %s has had', (_name, keeping) => {
  expect(promotedKb(keeping) - ofStart).toBeLessThan(TOTAL_KB / 50)
})
