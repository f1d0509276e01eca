import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import type { Replica } from '../soak/replica.js'
import { startProcess } from '../support/processes.js'
import { freePort } from '../support/redis.js'

/** A reverse proxy of the distribution before replicas, with its recipe of `deploy/`. */
export interface Proxy {
  readonly name: ProxyName
  readonly url: string
  /** Sends to these replicas alone from now on; nginx only. */
  readonly use: (replicas: readonly Pick<Replica, 'url'>[]) => Promise<void>
  /** What it wrote of failures of a replica. */
  readonly log: () => string
  readonly close: () => Promise<void>
}

export type ProxyName = 'nginx' | 'haproxy'

/** Where a replica is reached, and where its readiness is asked. */
export interface Upstream {
  readonly port: number
  readonly adminPort: number
}

/** A replica whose readiness is asked at its own port. */
export const upstreamOf = ({ url }: Pick<Replica, 'url'>): Upstream => {
  const port = Number(new URL(url).port)
  return { port, adminPort: port }
}

const RECIPES: Readonly<Record<ProxyName, string>> = {
  nginx: 'deploy/nginx/kyc-graph.conf',
  haproxy: 'deploy/haproxy/kyc-graph.cfg',
}
const START_MS = 10_000
/** Longer than nginx takes to begin with new workers. */
const RELOAD_MS = 500

/** Installs a proxy where it is missing and this machine installs packages with apt; else says what is needed. */
function install(name: ProxyName): void {
  const isThere = () => {
    try {
      execFileSync(name, ['-v'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  }
  if (isThere()) return
  if (process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' })
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { stdio: 'ignore', env })
  }
  if (!isThere()) throw new Error(`This scenario needs ${name}: install the package "${name}" of the distribution.`)
}

/** The recipe with the addresses of this run in place of its examples. */
function recipe(name: ProxyName, port: number, upstreams: readonly Upstream[]): string {
  const text = readFileSync(RECIPES[name], 'utf8')
  const bind = name === 'nginx' ? 'listen ' : 'bind '
  const example = /^ +server (?:kyc-graph-1 )?kyc-graph-1:4000.*\n/m.exec(text)?.[0]
  if (example === undefined || !text.includes(`${bind}${name === 'nginx' ? '' : ':'}8080`))
    throw new Error(`${RECIPES[name]} has no example of a replica, or another port than 8080`)
  const servers = upstreams.map(({ port, adminPort }, i) =>
    example
      .replace('kyc-graph-1:4000', `127.0.0.1:${port}`)
      .replace('kyc-graph-1', `kyc-graph-${i + 1}`)
      .replace('port 9090', `port ${adminPort}`),
  )
  return text
    .replace(example, servers.join(''))
    .replace(/^ +server (?:\S+ )?kyc-graph-\d:4000.*\n/gm, '')
    .replace(/(listen |bind :)8080/, `${bind}127.0.0.1:${port}`)
}

/** The part of nginx's configuration that the distribution gives, with all files in the folder. */
const nginxMain = (folder: string): string => `
pid ${folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n  ')}
  include ${folder}/kyc-graph.conf;
}
`

/** What nginx passes on, without the logs of the recipe: of failures it says more in the log of its main part. */
const nginxLocation = (): string =>
  readFileSync('deploy/nginx/location.conf', 'utf8').replaceAll(/^(access|error)_log .*\n/gm, '')

/** `idleSeconds`: nginx's idle time of connections to replicas, in place of that of the recipe, which fits the default drain delay. */
export async function startProxy(
  name: ProxyName,
  parent: string,
  upstreams: readonly Upstream[],
  idleSeconds: number,
): Promise<Proxy> {
  install(name)
  const folder = join(parent, name)
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const write = (to: readonly Upstream[]): void => {
    const text = recipe(name, port, to).replace('keepalive_timeout 4s;', `keepalive_timeout ${idleSeconds}s;`)
    writeFileSync(join(folder, RECIPES[name].split('/').at(-1)!), text)
  }
  write(upstreams)
  writeFileSync(join(folder, 'nginx.conf'), nginxMain(folder))
  mkdirSync(join(folder, 'kyc-graph'), { recursive: true })
  writeFileSync(join(folder, 'kyc-graph/location.conf'), nginxLocation())
  const args =
    name === 'nginx'
      ? ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;']
      : ['-db', '-f', join(folder, 'kyc-graph.cfg')]
  let log = ''
  const child = startProcess(name, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const url = `http://127.0.0.1:${port}`
  const until = Date.now() + START_MS
  const answers = () =>
    request(`${url}/graphql`).then(
      async ({ statusCode, body }) => (await body.dump(), statusCode < 500),
      () => false,
    )
  while (!(await answers())) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`${name} did not start: ${log}`)
    await delay(50)
  }
  log = ''
  return {
    name,
    url,
    log: () => log,
    async use(replicas) {
      write(replicas.map(upstreamOf))
      child.kill('SIGHUP')
      await delay(RELOAD_MS)
    },
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}
