import { randomUUID } from 'node:crypto'
import {
  type Assumption,
  codeName,
  judge,
  membersOf,
  type Probe,
  type ProbeContext,
  rowsOf,
  typeName,
  unchecked,
} from '../contract/probe.js'
import { API_VERSIONS, type ApiVersion, verificationPath, verificationsPath } from './contract.js'
import { requestBody } from './mapping.js'

const UNKNOWN = randomUUID()
const CROSS_REFERENCE = 'transaction-xref-id'

const unknown = ({ ask }: ProbeContext, version: ApiVersion) =>
  ask({ path: verificationPath(version, UNKNOWN), headers: { [CROSS_REFERENCE]: randomUUID() } })

const NAME_WORDS = ['FULL_MATCH', 'PARTIAL_MATCH', 'NO_MATCH', 'UNABLE_TO_MATCH']

const checkOfAccount = (version: ApiVersion): Assumption => ({
  states: 'A verification answers `data.result.id`, and words of the contract.',
  writes: true,
  async check({ ask, subject }) {
    if (subject === undefined) return unchecked('name an IBAN with --subject; the check may be charged')
    const account = { type: 'PERSONAL', name: ',,,Kyc Graph Probe', idScheme: 'IBAN', id: subject }
    const xRefId = randomUUID()
    const json = requestBody({ types: ['STATUS', 'NAME'], account }, version, xRefId)
    const headers = { [CROSS_REFERENCE]: xRefId }
    const { status, body } = await ask({ method: 'POST', path: verificationsPath(version), json, headers })
    const result = membersOf(membersOf(membersOf(body)['data'])['result'])
    const word = membersOf(result['account'])['nameCheckStatus']
    const isKnown = word === undefined || word === null || NAME_WORDS.includes(codeName(word))
    return judge(
      typeof result['id'] === 'string' && isKnown,
      `${status}, id ${typeName(result['id'])}, ${codeName(word)}`,
      'nothing: an unknown word is null and counted as drift',
    )
  },
})

const assumptionsOf = (version: ApiVersion): readonly Assumption[] => [
  {
    states: 'The token is accepted by the API.',
    async check(context) {
      const { status, body } = await unknown(context, version)
      const isRefused = [401, 403].includes(status)
      return judge(
        !isRefused,
        `${status} ${codeName(membersOf(body)['code'])}`,
        "the client's permission, or signed requests, which the graph does not send",
      )
    },
  },
  {
    states: `Version ${version} is served: an unknown verification is 404 \`NOT_FOUND\`.`,
    async check(context) {
      const { status, body } = await unknown(context, version)
      const { code } = membersOf(body)
      return judge(
        status === 404 && code === 'NOT_FOUND',
        `${status} ${codeName(code)}`,
        `BANFICO_URL with the prefix of the tenant, and BANFICO_API_VERSION (${API_VERSIONS.join(' or ')})`,
      )
    },
  },
  {
    states: 'An error lists `errors`, each with an `errorCode`.',
    async check(context) {
      const { errors } = membersOf((await unknown(context, version)).body)
      const codes = rowsOf(errors).map(({ errorCode }) => codeName(errorCode))
      const isGood = codes.length > 0 && rowsOf(errors).every(({ errorCode }) => typeof errorCode === 'string')
      return judge(isGood, codes.join(', ') || typeName(errors), 'nothing: the graph reads what is there')
    },
  },
  {
    states: 'Answers have the header `Transaction-XRef-Id`.',
    async check(context) {
      const isGiven = (await unknown(context, version)).header(CROSS_REFERENCE) !== undefined
      return judge(isGiven, isGiven ? 'present' : 'absent', 'nothing: errors have no id of the provider')
    },
  },
  checkOfAccount(version),
]

/** What this folder relies on, for `npm run probe -- banfico`. */
export const probe: Probe<{ readonly apiVersion: ApiVersion }> = {
  assumptions: ({ apiVersion }) => assumptionsOf(apiVersion),
}
