import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PEOPLE, NIA } from '../../emulator/people.js'
import { contract } from '../../http/call.js'
import { changeAnswers, Quirks, type QuirkyAnswer, withNulls, withRelativeType } from '../../emulator/quirks.js'
import { type EmulatorOptions, readForms, runEmulator, secret } from '../../emulator/run.js'
import type { ApitureAccount, ApitureItem, AssignmentBody } from '../contract.js'
import { SCOPE } from '../contract.js'
import { type CHALLENGE, ChallengeDesk, type FactorCall } from './challenges.js'
import { problem, PROBLEMS, refuse } from './problems.js'

export { ANSWER, CHALLENGE, CHALLENGE_TOKEN, CODES } from './challenges.js'
export { PROBLEMS } from './problems.js'

/**
 * Banking customers with a special behaviour; in addition, `problem-<name>` answers every request with that problem, and
 * each id that begins with `challenge-anew` is a customer who gets challenges with ids of their own.
 */
export const CUSTOMERS = {
  challenged: 'challenge-401',
  challengedByOldRules: 'challenge-403',
  challengedWithoutFactors: 'challenge-empty',
  challengedAnew: 'challenge-anew',
  answeredOtherwise: 'answers-more',
  answeredInPart: 'answers-fewer',
  answeredWithSentRolesOnly: 'answers-sent-roles',
} as const

/** Accounts that do not exist in the core system, and the problem that each causes. */
export const ACCOUNTS: Readonly<Record<string, string>> = {
  '404404404': 'noSuchAccount',
  '404404405': 'accountNotFound',
  '422422422': 'unprocessableEntity',
}

/** An item for an account that is not in the request. */
const UNREQUESTED_ITEM: ApitureItem = {
  account: { id: 'a1b4067f35ae4f0ac4a6', accountNumber: '234567890', productType: 'checking', productCode: 'DDA_01' },
  electronicStatementElection: true,
  electronicDocumentElection: true,
  roles: { default: true, billPay: true },
}

const Text = (minLength: number, maxLength: number, pattern: string) => Type.String({ minLength, maxLength, pattern })
const Role = Type.Optional(Type.Boolean())
const request = contract(
  Type.Object({
    accounts: Type.Array(
      Type.Object({
        id: Type.Optional(Text(6, 48, '^[-_:.~$a-zA-Z0-9]+$')),
        accountNumber: Text(1, 32, '^[- a-zA-Z0-9.]+$'),
        accountMicrNumber: Type.Optional(Text(2, 17, '^[0-9]+$')),
        productType: Type.Optional(
          Type.String({ pattern: '^(savings|checking|cd|ira|loan|creditCard|moneyMarket|healthSavings)$' }),
        ),
        productCode: Type.RegExp(/^.{1,16}$/su),
        nickname: Type.Optional(Type.RegExp(/^.{0,50}$/su)),
      }),
      { minItems: 1, maxItems: 16 },
    ),
    assignments: Type.Object({
      electronicStatementElection: Type.Optional(Type.Boolean()),
      electronicDocumentElection: Type.Optional(Type.Boolean()),
      roles: Type.Object({ default: Role, view: Role, basic: Role, billPay: Role, loanAdvance: Role }),
    }),
  }),
)

type Entitlements = Map<string, ApitureItem>
type Put = FastifyRequest<{ Params: { id: string }; Body: AssignmentBody }>

/** Why the write is refused for this account; undefined where it is not. */
function refusalOf({ accountNumber, productType }: ApitureAccount, { assignments }: AssignmentBody) {
  const unknown = Object.hasOwn(ACCOUNTS, accountNumber) ? ACCOUNTS[accountNumber] : undefined
  if (unknown !== undefined)
    return { name: unknown, detail: `No account exists for the given account reference ${accountNumber}` }
  const isNoLoan = productType != null && !['loan', 'creditCard'].includes(productType)
  return assignments.roles.loanAdvance === true && isNoLoan
    ? { name: 'unprocessableEntity', detail: `loanAdvance does not apply to ${accountNumber}` }
    : undefined
}

class Apiture {
  readonly clientId = `kyc-graph-${secret().slice(0, 8)}`
  readonly clientSecret = secret()
  readonly tokens = new Map<string, number>()
  readonly customers = new Map<string, Entitlements>()

  constructor(
    readonly challenges: ChallengeDesk,
    readonly quirks: ReturnType<typeof createQuirks>,
  ) {
    for (const id of [
      ...[...PEOPLE, NIA].map(({ bankingCustomerId }) => bankingCustomerId),
      ...Object.values(CUSTOMERS),
    ])
      this.customers.set(id, new Map())
  }

  issue(
    { grant_type, scope = '' }: Record<string, string>,
    authorization: string | undefined,
    reply: FastifyReply,
  ): unknown {
    const basic = Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64')
    if (authorization !== `Basic ${basic}`) return reply.code(401).send({ error: 'invalid_client' })
    if (grant_type !== 'client_credentials') return reply.code(400).send({ error: 'unsupported_grant_type' })
    if (!scope.split(' ').includes(SCOPE)) return reply.code(400).send({ error: 'invalid_scope' })
    const token = secret()
    this.tokens.set(token, Date.now() + 3_600_000)
    return { access_token: token, token_type: 'Bearer', expires_in: 3600, scope }
  }

  isAuthenticated(authorization: string | undefined): boolean {
    return (this.tokens.get(authorization?.replace(/^Bearer /, '') ?? '') ?? 0) > Date.now()
  }

  set({ params: { id }, body, headers }: Put, reply: FastifyReply): unknown {
    const asked = /^problem-(\w+)$/.exec(id)?.[1]
    if (asked !== undefined && Object.hasOwn(PROBLEMS, asked)) return refuse(reply, asked)
    const held = this.#held(id)
    if (!held) return refuse(reply, 'notFound', { detail: 'The resource at the request URL does not exist.' })
    if (id.startsWith('challenge-') && !this.challenges.redeem(headers['challenge'])) {
      if (headers['challenge'] !== undefined) return refuse(reply, 'invalidIdentityChallengeHeader')
      return refuse(
        reply,
        'challengeRequired',
        id === CUSTOMERS.challengedWithoutFactors
          ? {}
          : { attributes: this.challenges.open(id.startsWith(CUSTOMERS.challengedAnew)) },
        id === CUSTOMERS.challengedByOldRules ? 403 : 401,
      )
    }
    if (!request.fits(body))
      return refuse(reply, 'badRequest', { detail: `Input is not valid at ${request.firstMismatch(body)}` })
    const items: ApitureItem[] = []
    for (const account of body.accounts) {
      const refusal = refusalOf(account, body)
      if (refusal) return refuse(reply, refusal.name, { detail: refusal.detail })
      if (this.quirks.has('partApplied')) items.push(this.#assign(held, account, body))
    }
    if (items.length === 0) items.push(...body.accounts.map((account) => this.#assign(held, account, body)))
    return { items: this.#answer(id, items, body) }
  }

  /** What a customer holds; every id that begins like that of a customer with challenges of its own is one. */
  #held(id: string): Entitlements | undefined {
    if (id.startsWith(CUSTOMERS.challengedAnew) && !this.customers.has(id)) this.customers.set(id, new Map())
    return this.customers.get(id)
  }

  /** An absent role does not change, so a role that was never set stays absent. */
  #assign(held: Entitlements, account: ApitureAccount, { assignments }: AssignmentBody): ApitureItem {
    const before = held.get(account.accountNumber)
    const item = {
      account: { ...before?.account, ...account, id: before?.account.id ?? account.id ?? secret().slice(0, 20) },
      electronicStatementElection: assignments.electronicStatementElection ?? false,
      electronicDocumentElection: assignments.electronicDocumentElection ?? false,
      roles: { ...before?.roles, ...assignments.roles },
    }
    held.set(account.accountNumber, item)
    return item
  }

  #answer(id: string, items: ApitureItem[], { assignments }: AssignmentBody): ApitureItem[] {
    switch (id) {
      case CUSTOMERS.answeredOtherwise:
        return [UNREQUESTED_ITEM, ...items.toReversed()]
      case CUSTOMERS.answeredInPart:
        return items.length > 1 ? items.slice(1) : [UNREQUESTED_ITEM]
      case CUSTOMERS.answeredWithSentRolesOnly:
        return items.map((item) => ({ ...item, roles: assignments.roles }))
      default:
        return items
    }
  }
}

/** Forms that Apiture's answers may take. */
const createQuirks = () =>
  new Quirks({
    relativeProblemTypes: 'The `type` of an error is relative and ends in a version.',
    nullMembers: 'Optional members that are absent are null, the labels of challenge factors among them.',
    challengeProblems: 'A wrong or expired code is a problem and not a state.',
    oddChallengeForms: 'States of challenges are in capitals, numbers are texts, and a start has no body.',
    accountsNotFound: 'A problem about an account has the status 404.',
    partApplied: 'A write that is refused for an account is executed for those before it.',
    oddRow: 'The answer has one item more, without the number of its account.',
  })

const ROLES = ['default', 'view', 'basic', 'billPay', 'loanAdvance']
const ACCOUNT_MEMBERS = ['id', 'accountMicrNumber', 'productType', 'nickname']

/** The members of a challenge, of which the reference does not say which are optional. */
const nulledChallenge = ({ factors = [], ...challenge }: Partial<typeof CHALLENGE>) => ({
  ...challenge,
  factors: factors.map((factor) => withNulls(factor, ['id', 'labels', 'securityQuestions'])),
})

const isAboutAccount = ({ status, body }: QuirkyAnswer): boolean =>
  status === 422 && /\/errors\/(noSuchAccount|accountNotFound)\b/.test(String(body['type']))

/** Changes an answer as the quirks that are on say. */
function quirky(quirks: ReturnType<typeof createQuirks>, { status, body }: QuirkyAnswer): QuirkyAnswer['body'] {
  const { attributes, items } = body as { attributes?: Partial<typeof CHALLENGE>; items?: ApitureItem[] }
  const isNulled = quirks.has('nullMembers')
  if (status >= 400) {
    const problem = attributes?.factors && isNulled ? { ...body, attributes: nulledChallenge(attributes) } : body
    return quirks.has('relativeProblemTypes') ? withRelativeType(problem) : problem
  }
  if (items === undefined) return body
  const odd = quirks.has('oddRow') ? [{ ...UNREQUESTED_ITEM, account: { productCode: 'DDA_01' } }] : []
  const good = items.map((item) =>
    isNulled
      ? { ...item, account: withNulls(item.account, ACCOUNT_MEMBERS), roles: withNulls(item.roles, ROLES) }
      : item,
  )
  return { ...body, items: [...good, ...odd] }
}

/** Starts Apiture's emulator: state in memory, the people enabled for digital banking, without entitlements. */
export const start = (options: EmulatorOptions) => {
  const quirks = createQuirks()
  const apiture = new Apiture(new ChallengeDesk(quirks), quirks)
  return runEmulator(
    {
      problem,
      quirks,
      settings: (url) => ({
        APITURE_URL: url,
        APITURE_TOKEN_URL: `${url}/oidc/token`,
        APITURE_CLIENT_ID: apiture.clientId,
        APITURE_CLIENT_SECRET: apiture.clientSecret,
      }),
      routes(root) {
        void root.register((app, _options, done) => {
          readForms(app)
          app.post<{ Body: Record<string, string> }>('/oidc/token', (call, reply) =>
            apiture.issue(call.body ?? {}, call.headers.authorization, reply),
          )
          done()
        })
        void root.register((app, _options, done) => {
          changeAnswers(app, quirks, (answer) => ({
            ...(quirks.has('accountsNotFound') && isAboutAccount(answer) ? { status: 404 } : {}),
            body: quirky(quirks, answer),
          }))
          app.put<{ Params: { id: string }; Body: AssignmentBody }>(
            '/bankingAdmin/bankingCustomers/:id/accountEntitlements',
            (call, reply) =>
              apiture.isAuthenticated(call.headers.authorization)
                ? apiture.set(call, reply)
                : refuse(reply, 'unauthorized'),
          )
          app.post<FactorCall>('/banking/challenges/:challengeId/factors/:factorId/:step', (call, reply) =>
            apiture.isAuthenticated(call.headers.authorization)
              ? apiture.challenges.step(call, reply)
              : refuse(reply, 'unauthorized'),
          )
          done()
        })
      },
    },
    options,
  )
}
