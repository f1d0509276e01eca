import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import Fastify from 'fastify'
import { print } from 'graphql'
import fetch from 'node-fetch'
import type { ProviderName } from '../../datasources/index.js'
import type { Fault, EmulatorCall } from '../../datasources/emulator/run.js'
import { readConfig } from '../../src/config.js'
import { createConsentRegister, type DevConsentRegister } from '../../src/dev/consent-register.js'
import { type Emulators, startEmulators } from '../../src/dev/emulators.js'
import { AUDIENCE, createIssuer, type Issuer } from '../../src/dev/issuer.js'
import { createLog } from '../../src/observability/log.js'
import type { ServerOptions } from '../../src/lifecycle/server-options.js'
import { startServer } from '../../src/server.js'
import { switchQuirks } from './quirks.js'
import { recorder } from './recording.js'
import { withOwnDatabase } from './redis.js'
import { createTokens, type TokenOptions } from './tokens.js'

export interface GraphError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: Readonly<Record<string, unknown>> & {
    readonly code: string
    readonly fields?: Readonly<Record<string, readonly string[]>>
  }
}

export interface Result<Data> {
  /** Null or absent only where the whole operation was refused. */
  readonly data: Data
  readonly errors: readonly GraphError[]
  readonly status: number
  readonly headers: { get(name: string): string | null }
}

export interface RunOptions extends TokenOptions {
  /** In place of a token of the above; null sends none. */
  readonly token?: string | null
  /** Further headers of the request. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What an app stands on: the issuer of its callers' tokens, and the emulators with the settings that connect to them. */
export interface Environment {
  readonly issuer: Issuer
  readonly token: (options?: TokenOptions) => Promise<string>
  readonly jwksUrl: string
  readonly consents: DevConsentRegister
  /** The address of the register of consents, for `CONSENT_URL`. */
  readonly consentUrl: string
  readonly emulators: Emulators
  readonly settings: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

export interface App {
  readonly url: string
  /** The address of the admin listener, where there is one. */
  readonly adminUrl: string | undefined
  readonly emulators: Emulators
  readonly ground: Environment
  /** Sends an operation over HTTP and answers what came back. */
  readonly run: <Data = any, Variables = Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables> | string,
    variables?: Variables,
    options?: RunOptions,
  ) => Promise<Result<Data>>
  readonly token: (options?: TokenOptions) => Promise<string>
  /** What a provider was asked, without its token requests: `METHOD /path?query`, ids of a batch shown as `…`. */
  readonly calls: (provider: ProviderName) => string[]
  readonly recorded: (provider: ProviderName) => readonly EmulatorCall[]
  readonly fault: (provider: ProviderName, fault: Fault) => void
  /** The lines of the audit trail, unless a setting sends it elsewhere. */
  readonly audit: () => string
  /** Everything the server wrote to its log. */
  readonly log: () => string
  /** Forgets calls and faults. */
  readonly clear: () => void
  readonly close: () => Promise<void>
}

const isToken = ({ url }: EmulatorCall) => /oauth|oidc|token|logins\/direct/.test(url.split('?', 1)[0]!)

/** Starts an issuer and the emulators. */
export async function startGround(): Promise<Environment> {
  const authority = Fastify({ forceCloseConnections: true })
  const issuer = await createIssuer('https://issuer.test')
  issuer.routes(authority)
  const consents = createConsentRegister()
  consents.routes(authority)
  const origin = await authority.listen({ port: 0, host: '127.0.0.1' })
  const jwksUrl = `${origin}/oauth/jwks`
  const { emulators, settings, close } = await startEmulators({ jwksUrl, watch: recorder })
  switchQuirks(emulators)
  return {
    issuer,
    token: createTokens(issuer),
    jwksUrl,
    consents,
    consentUrl: `${origin}/consents/check`,
    emulators,
    settings,
    async close() {
      await close()
      await authority.close()
    },
  }
}

/**
 * Starts the emulators and the server on free ports; `settings` override what the emulators and the test give.
 * A `REDIS_URL` that is the common Redis becomes the database of the `STORE_ENCRYPTION_KEY` there.
 * Beside another app it is a second server before the same emulators, which go on when it is closed.
 */
export async function startApp(
  settings: Readonly<Record<string, string | undefined>> = {},
  beside?: Pick<App, 'ground'>,
  options: Partial<ServerOptions> = {},
): Promise<App> {
  const ground = beside?.ground ?? (await startGround())
  const { issuer, emulators } = ground
  const lines: string[] = []
  const auditLog = join(mkdtempSync(join(tmpdir(), 'kyc-graph-audit-')), 'audit.log')
  const config = readConfig({
    AUDIT_LOG: auditLog,
    PORT: '0',
    AUTH_ISSUER: issuer.issuer,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: ground.jwksUrl,
    LOG_LEVEL: 'trace',
    // How busy the machine is decides no test; those of admission control turn it on.
    ADMISSION: 'off',
    // Suites send many requests with refused tokens, all from one address; those of the limit set it.
    UNAUTHENTICATED_REQUESTS_PER_MINUTE: '0',
    // Every operation compiled at once, or none with `EXECUTOR=interpreted npm test`: both must say the same.
    EXECUTOR: process.env['EXECUTOR'] ?? 'compiled',
    ...ground.settings,
    ...(await withOwnDatabase(settings)),
  })
  const server = await startServer({
    config,
    log: createLog(config.log.level, { write: (line) => void lines.push(line) }),
    ...options,
  })
  await server.reached

  const { token } = ground

  return {
    url: server.url,
    adminUrl: server.adminUrl,
    emulators,
    ground,
    token,
    async run(document, variables, options = {}) {
      const bearer = options.token === undefined ? await token(options) : options.token
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
          ...options.headers,
        },
        body: JSON.stringify({ query: typeof document === 'string' ? document : print(document), variables }),
      })
      const body = (await response.json()) as { data: any; errors?: GraphError[] }
      return { data: body.data, errors: body.errors ?? [], status: response.status, headers: response.headers }
    },
    calls: (provider) =>
      emulators[provider]
        .calls()
        .filter((call) => !isToken(call))
        .map(
          ({ method, url }) => `${method} ${decodeURIComponent(url).replace(/((?:person_)?id)=[^&]*,[^&]*/, '$1=…')}`,
        ),
    recorded: (provider) => emulators[provider].calls().filter((call) => !isToken(call)),
    fault: (provider, fault) => emulators[provider].fault(fault),
    audit: () => readFileSync(auditLog, 'utf8'),
    log: () => lines.join(''),
    clear: () => Object.values(emulators).forEach((emulator) => emulator.clear()),
    async close() {
      await server.close()
      if (beside === undefined) await ground.close()
    },
  }
}
