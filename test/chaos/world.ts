import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { Agent, request } from 'undici'
import type { Exchange } from '../../datasources/emulator/run.js'
import type { ProviderName } from '../../datasources/index.js'
import { AUDIENCE, createIssuer, type Issuer } from '../../src/dev/issuer.js'
import { NODE_ARGUMENTS, type Replica, replica } from '../soak/replica.js'
import { freePort, type PrivateRedis, privateRedis } from '../support/redis.js'
import { createTokens, type TokenOptions } from '../support/tokens.js'
import { type ChaosEmulators, startChaosEmulators } from './emulators.js'
import type { ChaosContext } from './scenario.js'

type Settings = Readonly<Record<string, string>>

/** One replica, where it differs from the others. */
export interface ReplicaOptions {
  /** Settings over those of the world; an empty text unsets one. */
  readonly settings?: Settings
  /** Options of `node`. @default those of `npm start` */
  readonly nodeOptions?: readonly string[]
  /** Another build: the file that `node` runs. */
  readonly program?: string
  /** True: the scenario starts it. */
  readonly isLate?: boolean
}

export interface WorldOptions extends Pick<ChaosContext, 'folder' | 'program'> {
  /** How many replicas, or the options of each. @default 1 */
  readonly replicas?: number | readonly ReplicaOptions[]
  /** Settings of all replicas. */
  readonly settings?: Settings
  /** Settings of `redis-server`; false: no Redis, each replica has its memory. @default a Redis that keeps all it has acknowledged */
  readonly redis?: readonly string[] | false
  /** The password of `redis-server`, where its settings require one. */
  readonly redisPassword?: string
  /** True: the emulators run in a process of their own. */
  readonly areEmulatorsApart?: boolean
  /** Sees each exchange with a provider, where the emulators run in this process. */
  readonly watch?: (provider: ProviderName, exchange: Exchange) => void
}

export interface QueryOptions extends TokenOptions {
  /** In place of a token of the above; null sends none. */
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** How long to wait for the whole answer. @default 30_000 */
  readonly timeoutMs?: number
}

/** What came back, or the class of what prevented it. */
export interface Answer {
  /** 0 where no answer came. */
  readonly status: number
  readonly data: any
  readonly errors: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[]
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** From the sending to the end of the answer. */
  readonly ms: number
  /** The code of a transport error such as `ECONNRESET`, or `NO_JSON`. */
  readonly failure?: string
}

/** What a scenario runs in. */
export interface World {
  readonly emulators: ChaosEmulators
  readonly issuer: Issuer & {
    readonly jwksUrl: string
    readonly stop: () => Promise<void>
    readonly start: () => Promise<void>
  }
  /** Absent with `redis: false`. */
  readonly redis: PrivateRedis | undefined
  readonly replicas: readonly Replica[]
  /** The settings of a replica, for tools that need the same. */
  readonly settings: Settings
  readonly token: (options?: TokenOptions) => Promise<string>
  /** Sends an operation to a replica, or to an address such as a proxy's; never rejects. */
  readonly query: (
    to: Replica | string,
    document: string,
    variables?: object,
    options?: QueryOptions,
  ) => Promise<Answer>
  /** All that the replicas wrote to their logs. */
  readonly written: () => string
  /** Ends all of it. */
  readonly close: () => Promise<void>
}

const QUERY_TIMEOUT_MS = 30_000

/** The default Redis: what it has acknowledged outlives its being killed. */
function keptData(folder: string): readonly string[] {
  const keeps = join(folder, 'redis')
  mkdirSync(keeps, { recursive: true })
  return ['--dir', keeps, '--appendonly', 'yes', '--appendfsync', 'always']
}

/** An issuer that can be taken away; it has the same port when it comes back. */
async function startIssuer(): Promise<World['issuer']> {
  const issuer = await createIssuer('https://issuer.test')
  const port = await freePort()
  let authority: FastifyInstance | undefined
  async function start(): Promise<void> {
    authority = Fastify({ forceCloseConnections: true })
    issuer.routes(authority)
    await authority.listen({ port, host: '127.0.0.1' })
  }
  await start()
  return {
    ...issuer,
    jwksUrl: `http://127.0.0.1:${port}/oauth/jwks`,
    start,
    async stop() {
      await authority?.close()
      authority = undefined
    },
  }
}

const failureOf = (error: unknown): string => {
  const { code, name } = error as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : error instanceof SyntaxError ? 'NO_JSON' : String(name)
}

function createQuery(token: World['token'], agent: Agent): World['query'] {
  return async (to, document, variables, { token: given, headers, timeoutMs = QUERY_TIMEOUT_MS, ...caller } = {}) => {
    const bearer = given === undefined ? await token(caller) : given
    const url = typeof to === 'string' ? to : to.url
    const begun = performance.now()
    let status = 0
    let answerHeaders: Answer['headers'] = {}
    try {
      const answer = await request(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
          ...headers,
        },
        body: JSON.stringify({ query: document, variables }),
        dispatcher: agent,
        signal: AbortSignal.timeout(timeoutMs),
      })
      ;({ statusCode: status, headers: answerHeaders } = answer)
      const { data, errors = [] } = (await answer.body.json()) as Pick<Answer, 'data'> & Partial<Pick<Answer, 'errors'>>
      return { status, data, errors, headers: answerHeaders, ms: performance.now() - begun }
    } catch (error) {
      const ms = performance.now() - begun
      return { status, data: undefined, errors: [], headers: answerHeaders, ms, failure: failureOf(error) }
    }
  }
}

/** Starts what a scenario needs: emulators, an issuer, a Redis, and replicas of the compiled server before them. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { folder, program, replicas: wanted = 1, redis: redisSettings = keptData(folder) } = options
  const issuer = await startIssuer()
  const emulators = await startChaosEmulators({
    jwksUrl: issuer.jwksUrl,
    areApart: options.areEmulatorsApart ?? false,
    watch: options.watch,
  })
  const redis = redisSettings === false ? undefined : await privateRedis(redisSettings, options.redisPassword)
  const settings: Settings = {
    AUTH_ISSUER: issuer.issuer,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: issuer.jwksUrl,
    RATE_LIMIT_COST_PER_MINUTE: '0',
    DRAIN_DELAY_MS: '0',
    STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ...(redis && { REDIS_URL: redis.url }),
    ...emulators.settings,
    ...options.settings,
  }
  const each = typeof wanted === 'number' ? Array.from({ length: wanted }, (): ReplicaOptions => ({})) : wanted
  const replicas = await Promise.all(
    each.map(async (own, i) =>
      replica(
        `replica-${i + 1}`,
        own.program ?? program,
        folder,
        await freePort(),
        { ...settings, ...own.settings },
        own.nodeOptions ?? NODE_ARGUMENTS,
      ),
    ),
  )
  await Promise.all(replicas.filter((_, i) => each[i]?.isLate !== true).map(({ start }) => start()))
  const token = createTokens(issuer)
  const agent = new Agent({ connections: null })
  return {
    emulators,
    issuer,
    redis,
    replicas,
    settings,
    token,
    query: createQuery(token, agent),
    written: () => replicas.map(({ written }) => `${written().stdout}${written().stderr}`).join(''),
    async close() {
      await agent.destroy()
      await Promise.all(replicas.map(({ kill }) => kill()))
      await emulators.close()
      await issuer.stop()
      await redis?.kill()
    },
  }
}
