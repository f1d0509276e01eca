import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PEOPLE, type Person } from '../../emulator/people.js'
import { changeAnswers, Quirks, type QuirkyAnswer, withNulls } from '../../emulator/quirks.js'
import { type EmulatorOptions, markOdd, now, readForms, runEmulator, secret } from '../../emulator/run.js'
import { type Delay, MAGIC_ACCOUNTS, type Outcome } from './magic-accounts.js'
import { compareNames } from './compare-names.js'
import { lengthOf } from '../../../schema/text.js'

interface Pair {
  type: string
  value: string
}

interface Verification {
  types: string[]
  account: { type?: string; name?: string; idScheme: string; id: string; secondaryId?: string; identities?: Pair[] }
}

interface Stored {
  readonly result: Record<string, unknown>
  readonly delay: Delay | undefined
  readonly readyAt: number
  /** When the quirk `resultsExpire` forgets it. */
  readonly expiresAt: number
}

const WORDS: Readonly<Record<number, readonly [code: string, errorCode: string, message: string]>> = {
  400: ['BAD_REQUEST', 'INVALID_FIELD', 'Invalid request'],
  401: ['UNAUTHORISED', 'UNAUTHORISED', 'Not authorised'],
  403: ['FORBIDDEN', 'FORBIDDEN', 'Not permitted'],
  404: ['NOT_FOUND', 'NOT_FOUND', 'Nothing here'],
  405: ['METHOD_NOT_ALLOWED', 'METHOD_NOT_ALLOWED', 'No such method'],
  // 408 has the code of 503, and 421 that of 405: only the status tells them apart.
  408: ['SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'The responder timed out'],
  421: ['METHOD_NOT_ALLOWED', 'METHOD_NOT_ALLOWED', 'Scheme or country not supported'],
  429: ['TOO_MANY_REQUESTS', 'TOO_MANY_REQUESTS', 'Too many requests'],
  500: ['UNEXPECTED_ERROR', 'UNEXPECTED_ERROR', 'Unexpected error'],
  503: ['SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'Service unavailable'],
}

type ErrorItem = { errorCode: string; path?: string }

function problem(status: number, items?: readonly ErrorItem[]) {
  const [code, errorCode, message] = WORDS[status] ?? WORDS[500]!
  return {
    body: {
      id: randomUUID(),
      code,
      message,
      errors: (items ?? [{ errorCode }]).map((item) => ({
        ...item,
        message,
        url: 'https://{banfico.portal.error.descriptions}',
      })),
    },
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'transaction-xref-id': '12345678901234567890',
      ...(status === 429 || status === 503 ? { 'retry-after': '10' } : {}),
    },
  }
}

function refuse(reply: FastifyReply, status: number, items?: readonly ErrorItem[], more: Record<string, string> = {}) {
  const { body, headers } = problem(status, items)
  return reply
    .code(status)
    .headers({ ...headers, ...more })
    .send(JSON.stringify(body))
}

/** The error items of the reference's examples, by status. */
const EXAMPLE_ITEMS: Readonly<Record<number, readonly ErrorItem[]>> = {
  400: [
    { errorCode: 'INVALID_FIELD', path: 'data.verification.account.schemeName' },
    { errorCode: 'MISSING_FIELD', path: 'data.verification.account.id' },
  ],
  401: [{ errorCode: 'MISSING_SIGNATURE' }],
}

const TYPES = ['STATUS', 'NAME', 'ID']
const SCHEMES = ['IBAN', 'ACNR', 'CUID', 'UPIC', 'SCAN']
const ID_FORMATS: Readonly<Record<string, RegExp>> = { SCAN: /^[0-9]{14}$/, IBAN: /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/ }

const isPair = (value: unknown): value is Pair =>
  typeof (value as Pair | null)?.type === 'string' && typeof (value as Pair).value === 'string'

/** The missing and invalid members of a request, by path. */
function invalidMembers(body: unknown): ErrorItem[] {
  const items: ErrorItem[] = []
  const report = (errorCode: 'MISSING_FIELD' | 'INVALID_FIELD', path: string) =>
    void items.push({ errorCode, path: `data.verification${path}` })
  const verification = (body as { data?: { verification?: Record<string, unknown> } } | null)?.data?.verification
  if (!verification) return [{ errorCode: 'MISSING_FIELD', path: 'data.verification' }]
  const { types, account: given } = verification
  if (!Array.isArray(types) || types.length === 0) report('MISSING_FIELD', '.types')
  else if (!types.every((type) => TYPES.includes(String(type)))) report('INVALID_FIELD', '.types')
  if (typeof given !== 'object' || given === null) report('MISSING_FIELD', '.account')
  if (items.length > 0) return items

  const includes = (type: string) => (types as string[]).includes(type)
  const { idScheme, id, name, type, holdingEntity, identities } = given as Record<string, unknown>
  // The error uses the name of an older API.
  if (!SCHEMES.includes(String(idScheme)))
    report(idScheme === undefined ? 'MISSING_FIELD' : 'INVALID_FIELD', '.account.schemeName')
  if (typeof id !== 'string' || id === '') report('MISSING_FIELD', '.account.id')
  else if (!(ID_FORMATS[String(idScheme)]?.test(id) ?? true)) report('INVALID_FIELD', '.account.id')
  if (type !== undefined && !['BUSINESS', 'PERSONAL'].includes(String(type))) report('INVALID_FIELD', '.account.type')
  if (name === undefined && includes('NAME')) report('MISSING_FIELD', '.account.name')
  if (name !== undefined && (typeof name !== 'string' || lengthOf(name) > 150)) report('INVALID_FIELD', '.account.name')
  if (idScheme === 'ACNR' && !isPair(holdingEntity)) report('MISSING_FIELD', '.account.holdingEntity')
  if (identities === undefined ? includes('ID') : !Array.isArray(identities))
    report('MISSING_FIELD', '.account.identities')
  else
    (identities as unknown[] | undefined)?.forEach(
      (identity, i) => isPair(identity) || report('MISSING_FIELD', `.account.identities[${i}].value`),
    )
  return items
}

const MATCH: Outcome = { status: 'ACTIVE', name: 'FULL_MATCH' }

/** The answer of the bank of one of the people; all of their accounts are personal ones. */
function outcomeOf(person: Person, { types, account }: Verification): Outcome {
  if (!types.includes('NAME')) return { status: 'ACTIVE' }
  const holder = `${person.firstName} ${person.lastName}`
  const comparison = compareNames(account.name!, holder)
  const wrongType = account.type === 'BUSINESS'
  if (comparison === 'other') return { status: 'ACTIVE', name: 'NO_MATCH', code: 'ANNM' }
  if (comparison === 'close')
    return { status: 'ACTIVE', name: 'PARTIAL_MATCH', responded: holder, code: wrongType ? 'PAMM' : 'MBAM' }
  return wrongType ? { status: 'ACTIVE', name: 'PARTIAL_MATCH', code: 'PANM' } : MATCH
}

/** The holder of a UK account, by sort code and account number, which also end its IBAN. */
function holderOf({ idScheme, id }: Verification['account']): Person | undefined {
  const number = idScheme === 'IBAN' && id.startsWith('GB') ? id.slice(-14) : idScheme === 'SCAN' ? id : undefined
  return PEOPLE.find(({ account }) => account === number)
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64')

/** The raw answer of the scheme; it holds the name that the bank discloses. */
function schemeAnswer(scheme: Scheme, { name, code, responded }: Outcome): string {
  if (scheme === 'EPC_VOP') return base64({ partyNameMatch: code, ...(responded ? { matchedName: responded } : {}) })
  return base64({
    Data: {
      VerificationReport: {
        Matched: name === 'FULL_MATCH',
        ...(code ? { ReasonCode: code } : {}),
        ...(responded ? { Name: responded } : {}),
      },
    },
    Links: { Self: '/name-verification' },
    Meta: {},
  })
}

type Scheme = 'BANFICO' | 'UK_COP' | 'EPC_VOP'
const schemeOf = ({ idScheme, id }: Verification['account']): Scheme =>
  idScheme === 'ACNR' ? 'BANFICO' : idScheme === 'SCAN' || id.startsWith('GB') ? 'UK_COP' : 'EPC_VOP'

/** The answer about an account that does not exist. */
const UNKNOWN: Readonly<Record<Scheme, Outcome>> = {
  UK_COP: { status: 'NOT_FOUND', name: 'UNABLE_TO_MATCH', code: 'AC01' },
  EPC_VOP: { status: 'UNABLE_TO_MATCH', name: 'UNABLE_TO_MATCH', code: 'NOAP' },
  BANFICO: { status: 'NOT_FOUND' },
}

function responderOf(scheme: Scheme, outcome: Outcome) {
  const { code, form } = outcome
  const codes = code === undefined ? undefined : form === 'codes as objects' ? [{ name: code }] : [code]
  return {
    accountVerificationScheme: scheme,
    apiVersion: '1.0',
    ...(scheme === 'EPC_VOP' ? { urlVerificationScheme: 'https://scheme.example/verification-of-payee' } : {}),
    ...(codes === undefined
      ? {}
      : { [form === 'codes in the singular' ? 'schemeResponseCode' : 'schemeResponseCodes']: codes }),
    receivedTime: now(),
    data: schemeAnswer(scheme, outcome),
    entity: { idType: 'PARTICIPANT_ORG_ID', idValue: '0015800001ZEc1XAAT', reference: 'YOMI701335' },
  }
}

/** The result of each identity: only the SSN of a person can match, every identity of a magic account matches. */
function identitiesOf({ types, account }: Verification, holder: Person | undefined) {
  if (!types.includes('ID')) return undefined
  return account.identities!.map(({ type, value }) => {
    const matches = holder === undefined || (type === 'SSN' && value === holder.ssn)
    return { status: matches ? 'FULL_MATCH' : type === 'SSN' ? 'NO_MATCH' : 'UNABLE_TO_MATCH', type, value }
  })
}

function resultOf(
  id: string,
  verification: Verification,
  outcome: Outcome,
  holder: Person | undefined,
): Record<string, unknown> {
  const identities = identitiesOf(verification, holder)
  const { account } = verification
  return {
    id,
    account: {
      id: account.id,
      ...(account.secondaryId === undefined ? {} : { secondaryId: account.secondaryId }),
      status: outcome.status,
      ...(outcome.name === undefined ? {} : { nameCheckStatus: outcome.name }),
      ...(outcome.responded === undefined ? {} : { respondedName: outcome.responded }),
      ...(identities === undefined
        ? {}
        : { identities: outcome.form === 'identities as an object' ? identities[0] : identities }),
    },
    ...(outcome.form === 'no responder' ? {} : { responder: responderOf(schemeOf(account), outcome) }),
  }
}

/** A published result that can be fetched without a verification. */
const PUBLISHED: Outcome = { status: 'ACTIVE', name: 'PARTIAL_MATCH', responded: 'Susan Clark', code: 'PAMM' }
const published = {
  id: 'AFRH44994',
  message: 'The account type is Personal Account',
  account: {
    id: '90070011100029',
    status: PUBLISHED.status,
    respondedName: PUBLISHED.responded,
    nameCheckStatus: PUBLISHED.name,
  },
  responder: {
    accountVerificationScheme: 'UK_COP',
    apiVersion: '2.0.0',
    receivedTime: '2024-06-24T15:13:16.505162Z',
    data: schemeAnswer('UK_COP', PUBLISHED),
    schemeResponseCodes: [PUBLISHED.code],
    entity: { idType: 'PARTICIPANT_ORG_ID', idValue: '001580000103UBAAC2' },
  },
}

const TOKEN_SECONDS = 300
/** Limits of the quirks. */
const RESULT_SECONDS = 60
const CHECKS_PER_SECOND = 4

class Banfico {
  readonly clientId = 'kyc-graph'
  readonly clientSecret = secret()
  readonly tokens = new Map<string, number>()
  readonly results = new Map<string, Stored>([
    [published.id, { result: published, delay: undefined, readyAt: 0, expiresAt: Infinity }],
  ])
  /** The present second, and the checks that were begun in it. */
  #second = 0
  #checks = 0

  constructor(private readonly quirks: BanficoQuirks) {}

  token(request: FastifyRequest<{ Body: Record<string, string> }>, reply: FastifyReply): unknown {
    const expected = `Basic ${Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64')}`
    if (request.headers.authorization !== expected)
      return reply.code(401).header('www-authenticate', 'Basic').send({ error: 'invalid_client' })
    if (request.body?.['grant_type'] !== 'client_credentials')
      return reply.code(400).send({ error: 'unsupported_grant_type' })
    const token = secret()
    this.tokens.set(token, Date.now() + TOKEN_SECONDS * 1000)
    return { access_token: token, token_type: 'Bearer', expires_in: TOKEN_SECONDS }
  }

  isAuthenticated(authorization: string | undefined): boolean {
    const [, token = ''] = /^Bearer (.+)$/.exec(authorization ?? '') ?? []
    return (this.tokens.get(token) ?? 0) > Date.now()
  }

  #isOverLimit(): boolean {
    const second = Math.floor(performance.now() / 1000)
    if (second !== this.#second) this.#checks = 0
    this.#second = second
    this.#checks += 1
    return this.#checks > CHECKS_PER_SECOND && this.quirks.has('rateLimit')
  }

  verify(body: unknown, reply: FastifyReply): unknown {
    if (this.#isOverLimit()) return refuse(reply, 429, undefined, { 'retry-after': '1' })
    const invalid = invalidMembers(body)
    if (invalid.length > 0) return refuse(reply, 400, invalid)
    const { verification } = (body as { data: { verification: Verification } }).data
    const { idScheme, id: number } = verification.account
    if (idScheme === 'CUID' || idScheme === 'UPIC') return refuse(reply, 421)

    const magic = MAGIC_ACCOUNTS.find((candidate) => candidate.idScheme === idScheme && candidate.id === number)
    if (magic?.odd) markOdd(reply)
    if (magic?.refused !== undefined) return refuse(reply, magic.refused, EXAMPLE_ITEMS[magic.refused])
    const holder = magic ? undefined : holderOf(verification.account)
    const outcome = magic
      ? (magic.outcome ?? MATCH)
      : holder
        ? outcomeOf(holder, verification)
        : UNKNOWN[schemeOf(verification.account)]
    const delay = magic?.delay
    const id = randomUUID()
    const stored: Stored = {
      result: resultOf(id, verification, outcome, holder),
      delay,
      readyAt: delay ? Date.now() + (delay.ms ?? Infinity) : 0,
      expiresAt: Date.now() + RESULT_SECONDS * 1000,
    }
    this.results.set(id, stored)
    if (!delay) return { data: { result: stored.result } }
    void reply.headers({
      'retry-after': '1',
      'expected-response-seconds': '1',
      'responder-sla-seconds': String(delay.slaSeconds ?? 60),
    })
    return reply
      .code(delay.first === '200' ? 200 : 202)
      .send({ data: { result: delay.first === '202 without an id' ? {} : { id } } })
  }

  fetch(id: string, reply: FastifyReply): unknown {
    const stored = this.results.get(id)
    const isForgotten = stored !== undefined && Date.now() >= stored.expiresAt && this.quirks.has('resultsExpire')
    if (!stored || isForgotten) return refuse(reply, 404)
    if (Date.now() >= stored.readyAt) return { data: { result: stored.result } }
    if (stored.delay!.poll === '404') return refuse(reply, 404)
    void reply.code(stored.delay!.poll === '200' ? 200 : 202).header('retry-after', '1')
    return stored.delay!.poll === '202 without a body' ? reply.send() : { data: { result: { id } } }
  }
}

/** Forms that Banfico's answers may take. */
const createQuirks = () =>
  new Quirks({
    epcWords: 'The words of the name check are those of the EPC scheme.',
    unknownWords: 'The word of the name check is one that no document names.',
    nullMembers: 'Optional members that are absent are null.',
    oddIdentity: 'The first identity of an answer has no value.',
    rateLimit: `A check beyond ${CHECKS_PER_SECOND} in a second is refused with 429 and a Retry-After of a second.`,
    resultsExpire: `A result is unknown ${RESULT_SECONDS} seconds after its check.`,
  })

type BanficoQuirks = ReturnType<typeof createQuirks>

const EPC_WORDS: Readonly<Record<string, string>> = {
  FULL_MATCH: 'MTCH',
  PARTIAL_MATCH: 'CMTC',
  NO_MATCH: 'NMTC',
  UNABLE_TO_MATCH: 'NOAP',
}

/** Changes an answer as the quirks that are on say. */
function quirky(quirks: BanficoQuirks, { body }: QuirkyAnswer): QuirkyAnswer['body'] {
  type Account = { nameCheckStatus?: string; identities?: object[] }
  const { result } = (body['data'] ?? {}) as { result?: { account?: Account } }
  if (!result?.account) return body
  let { account } = result
  const { nameCheckStatus: word, identities } = account
  if (word !== undefined && quirks.has('epcWords')) account = { ...account, nameCheckStatus: EPC_WORDS[word] ?? word }
  if (word !== undefined && quirks.has('unknownWords')) account = { ...account, nameCheckStatus: 'SIMILAR' }
  if (Array.isArray(identities) && quirks.has('oddIdentity'))
    account = { ...account, identities: [{ status: 'FULL_MATCH', type: 'SSN' }, ...identities] }
  if (quirks.has('nullMembers'))
    account = withNulls(account, ['secondaryId', 'respondedName', 'nameCheckStatus', 'identities'])
  const whole = quirks.has('nullMembers') ? withNulls(result, ['message', 'responder']) : result
  return { ...body, data: { result: { ...whole, account } } }
}

/** The members of v1.0 in a request of v1.1. */
function toFirstVersion(body: unknown): unknown {
  const { data } = (body ?? {}) as { data?: { initiator?: object; query?: { types?: unknown }; account?: object } }
  return data?.query
    ? { data: { verification: { ...data.query, initiator: data.initiator, account: data.account } } }
    : {}
}

function routes(banfico: Banfico, quirks: BanficoQuirks, root: FastifyInstance): void {
  void root.register((app, _options, done) => {
    readForms(app)
    app.post<{ Body: Record<string, string> }>('/oauth/token', (request, reply) => banfico.token(request, reply))
    done()
  })
  void root.register((app, _options, done) => {
    app.addHook('onRequest', async (request, reply) => {
      void reply.header('transaction-xref-id', request.headers['transaction-xref-id'] ?? randomUUID())
      if (!banfico.isAuthenticated(request.headers.authorization)) return refuse(reply, 401)
    })
    changeAnswers(app, quirks, (answer) => ({ body: quirky(quirks, answer) }))
    const path = '/v1.0/account-verifications'
    const later = '/v1.1/account-verifications'
    app.post(path, (request, reply) => banfico.verify(request.body, reply))
    app.post(later, (request, reply) => banfico.verify(toFirstVersion(request.body), reply))
    app.get<{ Params: { id: string } }>(`${later}/:id`, (request, reply) => banfico.fetch(request.params.id, reply))
    app.get<{ Params: { id: string } }>(`${path}/:id`, (request, reply) => banfico.fetch(request.params.id, reply))
    app.route({
      method: ['GET', 'PUT', 'PATCH', 'DELETE'],
      url: path,
      handler: (_request, reply) => refuse(reply, 405),
    })
    app.route({
      method: ['POST', 'PUT', 'PATCH', 'DELETE'],
      url: `${path}/:id`,
      handler: (_request, reply) => refuse(reply, 405),
    })
    done()
  })
}

/** Starts Banfico's emulator: the magic accounts, the people's accounts, and the results of its verifications in memory. */
export const start = (options: EmulatorOptions) => {
  const quirks = createQuirks()
  const banfico = new Banfico(quirks)
  return runEmulator(
    {
      problem,
      quirks,
      payees: MAGIC_ACCOUNTS,
      settings: (url) => ({
        BANFICO_URL: url,
        BANFICO_TOKEN_URL: `${url}/oauth/token`,
        BANFICO_CLIENT_ID: banfico.clientId,
        BANFICO_CLIENT_SECRET: banfico.clientSecret,
      }),
      routes: (app) => routes(banfico, quirks, app),
    },
    options,
  )
}
