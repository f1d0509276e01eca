import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PEOPLE } from '../../emulator/people.js'
import { changeAnswers, Quirks, type QuirkyAnswer } from '../../emulator/quirks.js'
import { type EmulatorOptions, markOdd, readForms, runEmulator, secret } from '../../emulator/run.js'

type Problem = {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly [member: string]: unknown
}

const PRECONDITIONS = 'Preconditions not met. The security conditions for gateway access were not met'

/** SEI's documented errors, in the different spellings of its pages. */
export const PROBLEMS = {
  validation: {
    status: 400,
    code: 'request.validation.failure',
    message: 'Request is invalid',
    transient: false,
    errors: [{ field: 'externalId', location: 'body', reason: 'required' }],
  },
  credentials: {
    status: 401,
    code: 'gateway.authentication.failure',
    message: 'Gateway Authentication Failed, Please validate Credentials',
    transient: 'false',
    errors: [{ field: '', location: '', reason: '' }],
  },
  expired: {
    status: 401,
    code: 'gateway.authentication.failure',
    message: 'Access Token expired',
    trackingId: ' ',
    transient: false,
    errors: [],
  },
  apiKey: {
    status: 401,
    code: 'gateway.authentication.failure',
    message: 'Invalid ApiKey for given resource',
    trackingId: null,
    transient: false,
    errors: [],
  },
  address: {
    status: 403,
    code: 'gateway.access.failure',
    message: PRECONDITIONS,
    trackingId: ' ',
    transient: false,
    errors: [],
  },
  certificate: {
    status: 403,
    code: 'gateway.access.failure',
    message: PRECONDITIONS,
    trackingId: ' ',
    transient: false,
    errors: [{ reason: 'Authorization Failed.' }],
  },
  host: {
    status: 403,
    code: 'gateway.access.failure',
    message: PRECONDITIONS,
    trackingId: ' ',
    transient: false,
    errors: [{ reason: 'The incoming traffic pattern is invalid.' }],
  },
  notFound: { status: 404, code: 'resource.not.found', message: 'Account not found', transient: false, errors: [] },
  slowDown: { status: 429, code: 'gateway.quota.exceeded', message: 'Too many requests', transient: true, errors: [] },
  internal: { status: 500, code: 'internal.server.error', message: 'Unknown condition', transient: false, errors: [] },
  internalTransientText: {
    status: 500,
    code: 'internal.server.error',
    message: 'Unknown condition',
    transient: 'true',
    errors: [],
  },
  internalTransient: {
    status: 500,
    code: 'internal.server.error',
    message: 'Unknown condition',
    transient: true,
    errors: [],
  },
  unavailable: {
    status: 503,
    code: 'service.unavailable',
    message: 'Service unavailable',
    transient: true,
    errors: [],
  },
} satisfies Record<string, Problem>

/** Accounts that answer every write with an error. */
export const REFUSED: Readonly<Record<string, keyof typeof PROBLEMS>> = {
  'refused-400': 'validation',
  'refused-401-credentials': 'credentials',
  'refused-401-api-key': 'apiKey',
  'refused-403-address': 'address',
  'refused-403-certificate': 'certificate',
  'refused-403-host': 'host',
  'refused-404': 'notFound',
  'refused-429': 'slowDown',
  'refused-500': 'internal',
  'refused-500-transient-text': 'internalTransientText',
  'refused-500-transient': 'internalTransient',
  'refused-503': 'unavailable',
}

/** The answers to the polls of a job, by account, in order; the last one repeats, null is a 404. */
export const JOBS: Readonly<Record<string, readonly unknown[]>> = {
  'job-failed': [
    { data: { status: 'Pending', errors: [] } },
    { data: { status: 'Failed', errors: [{ field: 'name', location: 'attributes', reason: 'unknown attribute' }] } },
  ],
  'job-pending': [{ data: { status: 'Pending', errors: [] } }],
  'job-unknown-word': [{ data: { status: 'Transmogrifying', errors: [] } }],
  'job-odd-shape': [{ result: ['done'] }],
  'job-not-visible': [null, { data: { status: 'Completed', errors: [] } }],
  'job-forgotten': [{ data: { status: 'Pending', errors: [] } }, null],
}
const DEFAULT_JOB = [{ data: { status: 'Pending', errors: [] } }, { data: { status: 'Completed', errors: [] } }]

/** An account that answers writes with 202, as SEI's similar endpoints do, and one that answers its first write with an expired token. */
export const ACCEPTED = 'accepted-202'
export const EXPIRED_ONCE = 'expired-once'

const TOKEN_TTL_MS = 60 * 60_000
const TOKEN_IDLE_MS = 30 * 60_000

function errorResponse({ status, ...body }: Problem) {
  const tracking = randomUUID()
  return {
    status,
    headers: { 'content-type': 'application/json', requesttrackingid: tracking },
    body: { trackingId: tracking, ...body },
  }
}

function refuse(reply: FastifyReply, problem: Problem) {
  const { status, headers, body } = errorResponse(problem)
  return reply.code(status).headers(headers).send(JSON.stringify(body))
}

/** The error of a fault. It never says that it does not pass: that is the matter of the accounts that are refused. */
function problem(status: number) {
  const found = Object.values<Problem>(PROBLEMS).find((known) => known.status === status)
  const { transient, ...rest } = found ?? PROBLEMS.internal
  return errorResponse({ ...rest, ...(transient === true ? { transient } : {}), status })
}

interface Attribute {
  readonly name: string
  readonly value: string
  readonly explanation?: string | null
  readonly fieldsToNull?: readonly string[]
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** The first invalid member. */
function invalidMember({ externalId, attributes }: { externalId?: unknown; attributes?: unknown }): string | undefined {
  if (!isText(externalId)) return 'externalId'
  if (!Array.isArray(attributes) || attributes.length === 0) return 'attributes'
  for (const { name, value, explanation, fieldsToNull } of attributes as Partial<Record<keyof Attribute, unknown>>[]) {
    if (!isText(name)) return 'name'
    if (typeof value !== 'string') return 'value'
    if (explanation !== undefined && explanation !== null && typeof explanation !== 'string') return 'explanation'
    if (
      fieldsToNull !== undefined &&
      !(Array.isArray(fieldsToNull) && fieldsToNull.every((field) => typeof field === 'string'))
    )
      return 'fieldsToNull'
  }
  return undefined
}

class Sei {
  readonly appKey = secret()
  readonly appSecret = secret()
  readonly username = 'svc-kyc-graph'
  readonly password = secret()
  readonly tokens = new Map<string, { until: number; used: number }>()
  readonly accounts = new Map<string, Map<string, Attribute>>()
  readonly jobs = new Map<string, unknown[]>()
  readonly #expired = new Set<string>()

  constructor() {
    for (const id of [
      ...PEOPLE.map(({ seiExternalId }) => seiExternalId),
      ...Object.keys(JOBS),
      ACCEPTED,
      EXPIRED_ONCE,
    ])
      this.accounts.set(id, new Map())
  }

  issue(
    { grant_type, username, password }: Record<string, string>,
    authorization: string | undefined,
    reply: FastifyReply,
  ): unknown {
    // The documentation's sample omits the scheme `Basic`.
    const given = authorization?.replace(/^Basic /, '')
    if (given !== Buffer.from(`${this.appKey}:${this.appSecret}`).toString('base64'))
      return refuse(reply, PROBLEMS.credentials)
    if (grant_type !== 'client_credentials' || username !== this.username || password !== this.password)
      return refuse(reply, PROBLEMS.credentials)
    const token = secret()
    this.tokens.set(token, { until: Date.now() + TOKEN_TTL_MS, used: Date.now() })
    return { access_token: token, token_type: 'BearerToken', expires_in: TOKEN_TTL_MS / 1000 - 1 }
  }

  /** The error of a request without a valid key and token; undefined for an authenticated one. */
  authenticationError({ authorization, appkey }: FastifyRequest['headers']): Problem | undefined {
    if (appkey !== this.appKey) return PROBLEMS.apiKey
    const token = this.tokens.get(authorization?.replace(/^Bearer /, '') ?? '')
    const at = Date.now()
    if (!token || token.until < at || token.used < at - TOKEN_IDLE_MS) return PROBLEMS.expired
    token.used = at
    return undefined
  }

  /** Base64 as in the documentation's sample: three non-text bytes, a number, `$` and the time. */
  #jobKey(): string {
    const [date, time] = new Date().toISOString().split('T') as [string, string]
    const [year, month, day] = date.split('-')
    const text = `${101 + this.jobs.size}$${month}/${day}/${year} ${time.slice(0, 8)}`
    return Buffer.concat([Buffer.from([0xfb, 0xff, 0xbf]), Buffer.from(text)]).toString('base64')
  }

  set(
    body: { externalId?: unknown; attributes?: unknown },
    authorization: string | undefined,
    reply: FastifyReply,
  ): unknown {
    const invalid = invalidMember(body)
    if (invalid !== undefined)
      return refuse(reply, {
        ...PROBLEMS.validation,
        errors: [{ field: invalid, location: 'body', reason: 'required' }],
      })
    const { externalId: id, attributes } = body as { externalId: string; attributes: Attribute[] }
    const refused = Object.hasOwn(REFUSED, id) ? REFUSED[id] : undefined
    // SEI's pages do not list 503.
    if (refused === 'unavailable') markOdd(reply)
    if (refused) return refuse(reply, PROBLEMS[refused])
    if (id === EXPIRED_ONCE && !this.#expired.has(id)) {
      this.#expired.add(id)
      this.tokens.delete(authorization!.replace(/^Bearer /, ''))
      return refuse(reply, PROBLEMS.expired)
    }
    const account = this.accounts.get(id) ?? (id.startsWith('test') ? new Map<string, Attribute>() : undefined)
    if (!account) return refuse(reply, PROBLEMS.notFound)
    this.accounts.set(id, account)
    for (const attribute of attributes)
      account.set(attribute.name, {
        ...attribute,
        fieldsToNull: attribute.fieldsToNull?.filter((field) => field !== '') ?? [],
      })
    const key = this.#jobKey()
    this.jobs.set(key, [...((Object.hasOwn(JOBS, id) && JOBS[id]) || DEFAULT_JOB)])
    return reply
      .code(id === ACCEPTED ? 202 : 200)
      .header('requesttrackingid', randomUUID())
      .send({ data: { jobStatusQueryKey: key } })
  }

  status(key: string, reply: FastifyReply): unknown {
    const left = this.jobs.get(key)
    const answer = left && left.length > 1 ? left.shift() : left?.[0]
    if (answer === undefined || answer === null) return refuse(reply, PROBLEMS.notFound)
    return reply.header('requesttrackingid', randomUUID()).send(answer)
  }
}

/** Forms that SEI's answers may take: those of the status of a job are not documented. */
const createQuirks = () =>
  new Quirks({
    statusSynonyms: 'The status of a job is another word for the same, in capital letters.',
    statusAtTop: 'The status of a job stands at the top of the answer.',
    statusByOtherName: 'The status of a job is named `jobStatus`.',
    envelopeWord: 'The answer has a word of its own, `success`, and the status of a job is named `state`.',
    gatewayStatuses: 'What the gateway refuses has the status 400.',
    unknownStatus: 'The status of a job is a word that says nothing.',
    fieldsByPath: 'A refused attribute is named by its path.',
  })

type SeiQuirks = ReturnType<typeof createQuirks>

/** The members of an answer that quirks look at. */
interface SeiAnswer {
  readonly code?: string
  readonly data?: { readonly status?: string }
  readonly errors?: readonly { readonly field?: string }[]
}

const SYNONYMS: Readonly<Record<string, string>> = { Pending: 'IN_PROGRESS', Completed: 'SUCCEEDED', Failed: 'ERRORED' }

/** Changes an error as the quirks that are on say. */
function quirkyError(quirks: SeiQuirks, body: SeiAnswer): { readonly status?: number; readonly body: SeiAnswer } {
  const { code, errors = [] } = body
  const isOfGateway = code === PROBLEMS.expired.code || code === PROBLEMS.address.code
  const status = isOfGateway && quirks.has('gatewayStatuses') ? { status: 400 } : {}
  if (!quirks.has('fieldsByPath')) return { ...status, body }
  const byPath = (field: string | undefined) => (field === 'externalId' ? field : `attributes[0].${field}`)
  return { ...status, body: { ...body, errors: errors.map((item) => ({ ...item, field: byPath(item.field) })) } }
}

/** Changes the status of a job as the quirks that are on say. */
function quirkyStatus(quirks: SeiQuirks, { status: given, ...rest }: { readonly status: string }): SeiAnswer {
  const word = quirks.has('statusSynonyms') ? (SYNONYMS[given] ?? given) : given
  const status = quirks.has('unknownStatus') ? 'Transmogrifying' : word
  const isEnveloped = quirks.has('envelopeWord') && !quirks.has('statusAtTop')
  const name = quirks.has('statusByOtherName') ? 'jobStatus' : isEnveloped ? 'state' : 'status'
  const named = { ...rest, [name]: status }
  if (quirks.has('statusAtTop')) return named
  return { ...(isEnveloped ? { status: 'success' } : {}), data: named }
}

/** Changes an answer as the quirks that are on say. */
function quirky(quirks: SeiQuirks, { path, body }: QuirkyAnswer) {
  const { data, errors, ...others } = body as SeiAnswer
  if (errors) return quirkyError(quirks, body)
  if (!path.startsWith('/v1/insight/status/') || data?.status === undefined) return { body }
  return { body: { ...others, ...quirkyStatus(quirks, { ...data, status: data.status }) } }
}

/** Starts SEI's emulator: state in memory; it has the people's accounts and every id that begins with `test`. */
export const start = (options: EmulatorOptions) => {
  const sei = new Sei()
  const quirks = createQuirks()
  return runEmulator(
    {
      problem,
      quirks,
      settings: (url) => ({
        SEI_URL: url,
        SEI_APP_KEY: sei.appKey,
        SEI_APP_SECRET: sei.appSecret,
        SEI_USERNAME: sei.username,
        SEI_PASSWORD: sei.password,
      }),
      routes(root) {
        void root.register((app, _options, done) => {
          readForms(app)
          app.post<{ Body: Record<string, string> }>('/v2/oauthtoken', (call, reply) =>
            sei.issue(call.body ?? {}, call.headers.authorization, reply),
          )
          done()
        })
        void root.register((app, _options, done) => {
          changeAnswers(app, quirks, (answer) => quirky(quirks, answer))
          app.addHook('preHandler', async (call, reply) => {
            const error = sei.authenticationError(call.headers)
            return error ? refuse(reply, error) : undefined
          })
          app.post<{ Body: Record<string, unknown> }>('/v1/accounts/attributes', (call, reply) =>
            sei.set(call.body ?? {}, call.headers.authorization, reply),
          )
          app.get<{ Params: { key: string } }>('/v1/insight/status/:key', (call, reply) =>
            sei.status(call.params.key, reply),
          )
          done()
        })
      },
    },
    options,
  )
}
