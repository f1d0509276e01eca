import {
  type Assumption,
  codeName,
  judge,
  membersOf,
  type Probe,
  type ProbeContext,
  typeName,
  unchecked,
} from '../contract/probe.js'
import { path } from '../http/call.js'
import { jobPath } from './datasource.js'

/** A job that SEI never started. */
const UNKNOWN = 'a3ljLWdyYXBoLXByb2Jl'

const JOB_WORDS = /^(pending|processing|in ?progress|completed?|success(ful)?|failed|failure|error)$/i

const writes = (jobStatusPath: string): readonly Assumption[] => [
  {
    states: 'A write answers the key of a job, and the status of the job is a known word.',
    writes: true,
    async check({ ask, subject }) {
      if (subject === undefined) return unchecked('name an account with --subject')
      const json = { externalId: subject, attributes: [{ name: 'KycGraphProbe', value: 'true' }] }
      const written = await ask({ method: 'POST', path: path`/v1/accounts/attributes`, json })
      const key = membersOf(membersOf(written.body)['data'])['jobStatusQueryKey']
      if (typeof key !== 'string')
        return judge(false, `${written.status}, key ${typeName(key)}`, 'an account that exists')
      const { status, body } = await ask({ path: jobPath(jobStatusPath, key) })
      const word = membersOf(membersOf(body)['data'])['status']
      return judge(
        JOB_WORDS.test(String(word)),
        `${written.status}, ${status} ${codeName(word)}`,
        'nothing: the job stays PENDING',
      )
    },
  },
]

/** What this folder relies on, for `npm run probe -- sei`. */
export const probe: Probe<{ readonly jobStatusPath: string }> = {
  assumptions: ({ jobStatusPath }) => {
    const unknown = ({ ask }: ProbeContext) => ask({ path: jobPath(jobStatusPath, UNKNOWN) })
    return [
      {
        states: 'The token and the application key are accepted by the API.',
        async check(context) {
          const { status, body } = await unknown(context)
          const isRefused = status === 401 || status === 403
          return judge(
            !isRefused,
            `${status} ${codeName(membersOf(body)['code'])}`,
            'SEI_APP_KEY, the client certificate (SEI_CLIENT_CERT_FILE) or an allowed IP address',
          )
        },
      },
      {
        states: 'The status of an unknown job is 404.',
        async check(context) {
          const { status } = await unknown(context)
          return judge(status === 404, String(status), 'the path of job statuses, SEI_JOB_STATUS_PATH')
        },
      },
      {
        states: 'An error has a `code` and a `message`.',
        async check(context) {
          const { code, message } = membersOf((await unknown(context)).body)
          return judge(
            typeof code === 'string' && typeof message === 'string',
            `code ${codeName(code)}, message ${typeName(message)}`,
            'nothing: the graph goes by the status',
          )
        },
      },
      {
        states: '`transient` is true or false, also as a text.',
        async check(context) {
          const { transient } = membersOf((await unknown(context)).body)
          return judge(
            ['true', 'false'].includes(String(transient)),
            typeName(transient),
            'nothing: the error counts as permanent',
          )
        },
      },
      {
        states: 'Answers have the header `requesttrackingid`.',
        async check(context) {
          const isGiven = (await unknown(context)).header('requesttrackingid') !== undefined
          return judge(isGiven, isGiven ? 'present' : 'absent', 'nothing: errors have no id of the provider')
        },
      },
      ...writes(jobStatusPath),
    ]
  },
}
