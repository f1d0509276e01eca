import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { runTool } from '../support/build.js'
import { freePort } from '../support/redis.js'

interface Instruction {
  readonly name: string
  readonly text: string
}

/** The instructions of each stage, by its name; those before the first stage under an empty one. */
function stagesOf(file: string): ReadonlyMap<string, readonly Instruction[]> {
  const stages = new Map<string, Instruction[]>([['', []]])
  let stage = ''
  const lines = readFileSync(file, 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
  for (const line of lines.filter(Boolean)) {
    const [, name, text] = /^([A-Z]+) (.*)$/.exec(line)!
    if (name === 'FROM') stages.set((stage = text!.split(' AS ')[1]!), [])
    stages.get(stage)!.push({ name: name!, text: text!.trim() })
  }
  return stages
}

const STAGES = stagesOf('deploy/Dockerfile')
/** The instructions of a stage and of those that it is made from. */
function inherited(stage: string): readonly Instruction[] {
  const own = STAGES.get(stage)!
  const base = own[0]!.text.split(' ')[0]!
  return [...(STAGES.has(base) ? inherited(base) : []), ...own]
}
const last = (stage: string, name: string): string | undefined =>
  inherited(stage).findLast((instruction) => instruction.name === name)?.text
const copies = [...STAGES.values()].flat().filter(({ name }) => name === 'COPY')

test('without a target the server is built', () => {
  expect([...STAGES.keys()].at(-1)).toBe('server')
})

test.each(['server', 'evaluation'])('%s: another user than root, node as process 1, a check of its health', (stage) => {
  expect(last(stage, 'USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/)
  expect(JSON.parse(last(stage, 'ENTRYPOINT')!)[0]).toBe('node')
  expect(last(stage, 'HEALTHCHECK')).toMatch(/CMD \["node", /)
  // Images without a shell take no RUN.
  expect(inherited(stage).filter(({ name }) => ['RUN', 'ADD', 'VOLUME'].includes(name))).toEqual([])
})

test('the labels of the server are those of OCI', () => {
  const labels = [...last('server', 'LABEL')!.matchAll(/([\w.]+)="/g)].map(([, name]) => name!.split('.').at(-1))
  expect(labels).toEqual(['title', 'description', 'version', 'revision'])
})

test('the base images are arguments', () => {
  expect(STAGES.get('')!.map(({ text }) => text)).toEqual([
    'NODE_IMAGE=node:24-slim',
    'RUNTIME_IMAGE=debian:bookworm-slim',
  ])
  expect(readFileSync('.nvmrc', 'utf8').trim()).toBe('24')
})

test('what is copied from the checkout exists, and the build context holds it and nothing else', () => {
  const sources = copies
    .filter(({ text }) => !text.includes('--from'))
    .flatMap(({ text }) => text.split(' ').slice(0, -1))
  const sent = readFileSync('.dockerignore', 'utf8')
    .match(/^!.*$/gm)!
    .map((line) => line.slice(1))
  expect([...new Set(sources)].sort()).toEqual(sent.sort())
  expect(sources.filter((path) => !existsSync(path))).toEqual([])
})

test('no code of development is compiled for the image', () => {
  const compiler = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--listFilesOnly']
  const files = execFileSync(process.execPath, compiler, { encoding: 'utf8' }).split('\n')
  expect(files.some((path) => path.endsWith('/src/main.ts'))).toBe(true)
  expect(files.filter((path) => path.includes('/src/dev/'))).toEqual([])
})

test('no secret gets into a layer', () => {
  const texts = [...STAGES.values()]
    .flat()
    .filter(({ name }) => ['ARG', 'ENV', 'COPY'].includes(name))
    .map(({ text }) => text)
  expect(texts.filter((text) => /secret|password|token|npmrc|_key|\.env/i.test(text))).toEqual([])
  const ignored = readFileSync('.dockerignore', 'utf8').split('\n')
  expect(ignored).toEqual(expect.arrayContaining(['*', '**/.env*', '**/*.key', '**/*.pem']))
})

describe('the health check', () => {
  const exitCode = async (settings: Record<string, string>): Promise<number | null> =>
    (await runTool('health', [], settings)).code

  test('answers 0 for a listener that says 200, else 1', async () => {
    const statuses = [200, 503]
    const servers = await Promise.all(
      statuses.map(async (status) => {
        const server = createServer((request, response) =>
          response.writeHead(request.url === '/health' ? status : 404).end(),
        )
        await once(server.listen(0, '127.0.0.1'), 'listening')
        return server
      }),
    )
    const ports = servers.map((server) => (server.address() as AddressInfo).port)
    const codes = [...ports, await freePort()].map((port) => exitCode({ ADMIN_PORT: String(port) }))
    expect(await Promise.all([...codes, exitCode({})])).toEqual([0, 1, 1, 1])
    for (const server of servers) server.close()
  })
})
