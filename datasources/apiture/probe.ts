import {
  type Assumption,
  codeName,
  fails,
  judge,
  membersOf,
  type Probe,
  type ProbeContext,
  type RawAnswer,
  typeName,
  unchecked,
} from '../contract/probe.js'
import { path } from '../http/call.js'
import { problemName } from '../support/problem-type.js'
import { stepPath } from './challenge-source.js'
import type { ApitureSettings } from './settings.js'

/** A banking customer that no institution has. */
const UNKNOWN = 'kyc-graph-probe'

/** The API has one operation, a PUT; a GET beside it is answered with a problem and does nothing. */
const problem = ({ ask }: ProbeContext) =>
  ask({ path: path`/bankingAdmin/bankingCustomers/${UNKNOWN}/accountEntitlements` })

const nameOf = ({ body }: RawAnswer): string | undefined => {
  const { type } = membersOf(body)
  return typeof type === 'string' ? problemName(type) : undefined
}

const statusAndName = (answer: RawAnswer): string => `${answer.status} ${nameOf(answer) ?? ''}`.trim()

/** Problems that say that the customer has to do something first. */
const CHALLENGES = ['challengeRequired', 'challengeBlocked', 'noIdentityChallengeFactors', 'passwordChangeRequired', 'loginIncomplete'] // prettier-ignore

/** A factor of a challenge that was never set. */
const UNKNOWN_FACTOR = { operationId: UNKNOWN, challengeId: UNKNOWN, factorId: UNKNOWN }

/** The names of the problems of the Challenges API; a path that leads elsewhere answers `notFound`. */
const CHALLENGE_PROBLEM = /^(challenge|authenticator|factor)/

const challengeAssumptions = (factorPath: string): readonly Assumption[] => [
  {
    states: 'The token is accepted at the path of challenge factors.',
    async check({ ask }) {
      const answer = await ask({ path: stepPath(factorPath, UNKNOWN_FACTOR, 'start') })
      const isRefused = answer.status === 401 || answer.status === 403
      return judge(!isRefused, statusAndName(answer), 'the scope of the client, or APITURE_CHALLENGE_FACTOR_PATH')
    },
  },
  {
    states: 'Both steps of an unknown challenge are refused with a problem of the Challenges API.',
    writes: true,
    async check({ ask }) {
      const send = (step: 'start' | 'verify', json: object) =>
        ask({ method: 'POST', path: stepPath(factorPath, UNKNOWN_FACTOR, step), json })
      const answers = [
        await send('start', { operationId: UNKNOWN }),
        await send('verify', { operationId: UNKNOWN, responses: [{ response: '000000' }] }),
      ]
      return judge(
        answers.every((answer) => CHALLENGE_PROBLEM.test(nameOf(answer) ?? '')),
        answers.map(statusAndName).join(', '),
        'the path of challenge factors, APITURE_CHALLENGE_FACTOR_PATH',
      )
    },
  },
]

const empty = (roles: object) => ({
  accounts: [{ accountNumber: '000000000', productCode: 'PROBE' }],
  assignments: { electronicStatementElection: false, electronicDocumentElection: false, roles },
})

const writes = (institutionId: string | undefined): readonly Assumption[] => {
  const put = ({ ask }: ProbeContext, id: string) =>
    ask({
      method: 'PUT',
      path: path`/bankingAdmin/bankingCustomers/${id}/accountEntitlements`,
      json: empty({}),
      headers: institutionId === undefined ? {} : { 'institution-id': institutionId },
    })
  return [
    {
      states: 'An unknown banking customer is 404 `notFound`.',
      writes: true,
      async check(context) {
        const answer = await put(context, UNKNOWN)
        return judge(answer.status === 404, statusAndName(answer), 'the scope of the client')
      },
    },
    {
      states: 'A customer who has to prove the identity is refused with a problem that the graph knows.',
      writes: true,
      async check(context) {
        const { subject } = context
        if (subject === undefined) return unchecked('name a banking customer with --subject')
        const answer = await put(context, subject)
        const name = nameOf(answer)
        if (answer.status !== 401) return unchecked(`${answer.status}: no challenge`)
        return name !== undefined && CHALLENGES.includes(name)
          ? judge(true, name, '')
          : fails(codeName(membersOf(answer.body)['type']), 'nothing: the error is PROVIDER_REFUSED')
      },
    },
  ]
}

/** What this folder relies on, for `npm run probe -- apiture`. */
export const probe: Probe<Pick<ApitureSettings, 'institutionId' | 'factorPath'>> = {
  assumptions: ({ institutionId, factorPath }) => {
    return [
      {
        states: 'The token is accepted by the API.',
        async check(context) {
          const answer = await problem(context)
          const isRefused = answer.status === 401 || answer.status === 403
          return judge(!isRefused, statusAndName(answer), 'the scope of the client, or APITURE_INSTITUTION_ID')
        },
      },
      {
        states: 'The `type` of a problem holds its name: `https://HOST/errors/NAME/VERSION`.',
        async check(context) {
          const answer = await problem(context)
          const { type } = membersOf(answer.body)
          const isUrl = typeof type === 'string' && /^https?:\/\/[^/]+\/errors\/\w+\/v\d+\.\d+\.\d+\/?$/.test(type)
          return judge(
            isUrl,
            codeName(type),
            nameOf(answer) === undefined ? 'another version of this server' : 'nothing: the graph reads the name in it',
          )
        },
      },
      {
        states: 'A problem has an `id`, which the graph passes on.',
        async check(context) {
          const { id } = membersOf((await problem(context)).body)
          return judge(typeof id === 'string', typeName(id), 'nothing: errors have no id of the provider')
        },
      },
      ...challengeAssumptions(factorPath),
      ...writes(institutionId),
    ]
  },
}
