import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Contender, untranslated } from './contender.js'
import { CALLERS } from './dataset.js'
import { CORE, freePort, program, until } from './processes.js'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** A checkout of this project that is measured. */
export interface Build {
  readonly name: string
  readonly root: string
  /** Settings beside those of every build. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

export interface ServerOptions {
  readonly redisUrl: string
  readonly encryptionKey: string
  /** A folder for logs and the audit trail. */
  readonly scratch: string
  /** The settings of authentication and providers. */
  readonly settings: Readonly<Record<string, string>>
  readonly nodeArguments: readonly string[]
}

/** Compiles a checkout as it says itself. */
export function compile(root: string): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
}

/** Compiles a checkout to one file for each module, so that a profile tells them apart. */
export function compileModules(root: string): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
}

/** The arguments of `node` in a checkout's `npm start`. */
export function startArguments(root: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } }
  return scripts.start.split(' ').slice(1)
}

/** The settings of glibc in a checkout's image; none in one that is older than these. */
export function glibcSettings(root: string): Record<string, string> {
  const file = join(root, 'deploy/Dockerfile')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return Object.fromEntries([...text.matchAll(/\b(MALLOC_\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]))
}

/** Starts a compiled checkout as it is deployed: one process, with Redis, and with every guard and limit at its default. */
export async function startServer(
  { name, root, settings: own = {} }: Build,
  { redisUrl, encryptionKey, scratch, settings, nodeArguments }: ServerOptions,
): Promise<Contender> {
  const port = await freePort()
  const file = name.replaceAll(' ', '-')
  const child = program(process.execPath, [...nodeArguments, ...startArguments(root)], CORE.measured, {
    cwd: root,
    log: join(scratch, `${file}.log`),
    env: {
      NODE_ENV: 'production',
      ...glibcSettings(root),
      PORT: String(port),
      LOG_LEVEL: 'info',
      REDIS_URL: redisUrl,
      STORE_ENCRYPTION_KEY: encryptionKey,
      VERIFICATION_MAX_AGE_SECONDS: '86400',
      // The limits of the clients at their default, and that of their tenant as the sum of them.
      RATE_LIMIT_TENANT_COST_PER_MINUTE: String(CALLERS * 60_000),
      AUDIT_LOG: join(scratch, `${file}-audit.log`),
      ...settings,
      ...own,
    },
  })
  await until(async () => (await fetch(`http://127.0.0.1:${port}/ready`)).ok, `The server ${name}`)
  return { name, port, path: '/graphql', child, translate: untranslated }
}
