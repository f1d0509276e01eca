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

/** A banking customer that no institution has. */
const UNKNOWN = 'kyc-graph-probe'

/** The API has one operation, a PUT; a GET beside it is answered with a problem and does nothing. */
const problem = ({ ask }: ProbeContext) =>
  ask({ path: path`/bankingAdmin/bankingCustomers/${UNKNOWN}/accountEntitlements` })

const nameOf = ({ body }: RawAnswer): string | undefined => {
  const { type } = membersOf(body)
  return typeof type === 'string' ? problemName(type) : undefined
}

/** Problems that say that the customer has to do something first. */
const CHALLENGES = ['challengeRequired', 'challengeBlocked', 'noIdentityChallengeFactors', 'passwordChangeRequired', 'loginIncomplete'] // prettier-ignore

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
        return judge(
          answer.status === 404,
          `${answer.status} ${nameOf(answer) ?? ''}`.trim(),
          'the scope of the client',
        )
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
export const probe: Probe<{ readonly institutionId: string | undefined }> = {
  assumptions: ({ institutionId }) => {
    return [
      {
        states: 'The token is accepted by the API.',
        async check(context) {
          const answer = await problem(context)
          const isRefused = answer.status === 401 || answer.status === 403
          return judge(
            !isRefused,
            `${answer.status} ${nameOf(answer) ?? ''}`.trim(),
            'the scope of the client, or APITURE_INSTITUTION_ID',
          )
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
      ...writes(institutionId),
    ]
  },
}
