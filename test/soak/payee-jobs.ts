import { NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { CALLERS } from './callers.js'
import type { Oracle } from './oracle.js'
import type { ReadKind } from './read-kind.js'
import { word, type WriteKind } from './write-kind.js'

// Jobs of account verifications: a job is answered before any bank is asked, so its rows are judged when it is read.

const KIND = 'payee job'
const SUFFIXES = ['', 'x', 'y']
const namesOf = (mark: string): readonly string[] => SUFFIXES.map((suffix) => mark + suffix)

export const verifyAccounts: WriteKind = {
  mutation: 'verifyAccounts',
  input: 'VerifyAccountsInput',
  selection: 'job { id }',
  weight: 2,
  once: true,
  isLater: true,
  make: (random, number) => ({
    mark: word(number),
    input: {
      types: ['NAME'],
      maxAgeSeconds: 0,
      accounts: namesOf(word(number)).map((name) => ({
        clientReference: name,
        account: { type: 'PERSONAL', idScheme: 'SCAN', id: random.pick(NAMED_PEOPLE).account, name },
      })),
    },
  }),
  learn: ({ job }, client, oracle) => oracle.learn(KIND, job.id as string, { client }),
}

export const JOB_QUERY =
  'query Soak($id: ID!) { accountVerifications(jobId: $id) { state results(first: 100) { nodes { clientReference state result { id } error { code } } } } }'

interface Row {
  readonly clientReference: string
  readonly state: string
  readonly result: { readonly id: string } | null
  readonly error: { readonly code: string } | null
}

/** What is wrong with the rows of a job: each was asked at most once, and one with an outcome was asked. */
export const judgeRows = (oracle: Pick<Oracle, 'effects'>, rows: readonly Row[]): string[] =>
  rows.flatMap(({ clientReference: name, state, result }) => {
    const effects = oracle.effects(name)
    return [
      ...(effects.size > 1 ? [`row ${name} was asked ${effects.size} times`] : []),
      ...(state === 'COMPLETED' && !effects.has(result?.id ?? '')
        ? [`row ${name} has the outcome ${result?.id}, and was asked as ${[...effects].join(', ')}`]
        : []),
    ]
  })

/** The jobs that were begun, each with the caller who began it. */
export const jobsOf = (oracle: Oracle) =>
  oracle.ids(KIND).map((id) => {
    const { client } = oracle.latest(KIND, id)!
    return { id, caller: CALLERS.find((caller) => caller.client === client)! }
  })

export const payeeJob: ReadKind = {
  name: 'accountVerifications',
  weight: 2,
  make(random, oracle) {
    const jobs = jobsOf(oracle).slice(-100)
    if (jobs.length === 0) return undefined
    const { id, caller } = random.pick(jobs)
    return {
      caller,
      query: JOB_QUERY,
      variables: { id },
      judge(data, errors) {
        const job = data?.accountVerifications as { results: { nodes: readonly Row[] } | null } | null | undefined
        if (job?.results == null) return errors.length > 0 ? [] : [`job ${id} is not there`]
        return judgeRows(oracle, job.results.nodes)
      },
    }
  },
}
