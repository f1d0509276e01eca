import { parse, print } from 'graphql'
import { examplesOf } from '../../dev/examples/operations-with-samples.js'
import { type ExampleRecords, member } from '../../dev/examples/records.js'
import type { Example } from '../../dev/explorer/setup.js'

/** What AddPersonalId adds, and to whom. */
const ADDED = { personId: member(9).personId, personalIdId: '{{personalIdId}}' }

/** Ids that other requests of the collection answer, and those that the user fills in. */
const RECORDS: ExampleRecords = {
  firstQuery: {
    customerId: 'c0000000-0000-4000-8000-000000000001',
    verificationId: '{{verificationId}}',
    jobKey: '{{jobKey}}',
  },
  // The same each time that a request is sent: a repeat after a lost answer is the same write.
  keyPrefix: '{{writeKey}}',
  personalIdToCorrect: ADDED,
  personalIdToDelete: ADDED,
  personVerificationId: '{{personVerificationId}}',
  monitoringSubscriptionId: '{{monitoringSubscriptionId}}',
  monitoringAlertId: '{{monitoringAlertId}}',
  payeeJobId: '{{payeeJobId}}',
  openChallenge: { challengeId: '{{challengeId}}', factorId: '{{factorId}}' },
  startedChallenge: { challengeId: '{{challengeId}}', factorId: '{{factorId}}' },
}

/** What an answer sets for the requests that follow, by the name of the operation. */
const ANSWERED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CheckPayee: { verificationId: 'verifyAccount.result.id' },
  SetAttributes: { jobKey: 'setAccountAttributes.job.key' },
  CheckPayees: { payeeJobId: 'verifyAccounts.job.id' },
  RecordPersonVerification: { personVerificationId: 'recordPersonVerification.verification.id' },
  SubscribeToMonitoring: { monitoringSubscriptionId: 'subscribeToMonitoring.subscription.id' },
  AddPersonalId: { personalIdId: 'addPersonalId.personalId.id' },
  Entitle: {
    challengeId: 'setAccountEntitlements.challenge.challengeId',
    factorId: 'setAccountEntitlements.challenge.factors[0].factorId',
  },
}

const OF_KEY =
  'Sent again it is the same write: its idempotency key begins with `writeKey` of the environment. Change `writeKey` for a new write.'

/** What a request says of itself: of its operation, and of its key where it has one. */
function docsOf({ about, variables }: Pick<Example, 'about' | 'variables'>): string {
  const { input } = variables as { readonly input?: { readonly idempotencyKey?: string } }
  const isKeyed = input?.idempotencyKey !== undefined
  return [about, ...(isKeyed ? [OF_KEY] : [])].filter((text) => text !== '').join('\n\n')
}

const block = (name: string, body: string): string => `${name} {\n${body.trim().replace(/^(?=.)/gm, '  ')}\n}\n`

const variables = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, path]) => `${name}: res.body.data.${path}`)
    .join('\n')

/** A file of the collection by its path. */
interface CollectionFile {
  readonly path: string
  readonly text: string
}

/** A request for every promised operation with an example, in a folder for each file of `schema/operations/`. */
export function requestFiles(): readonly CollectionFile[] {
  const counts = new Map<string, number>()
  return examplesOf(RECORDS)
    .filter(({ kind }) => kind !== 'subscription')
    .map((example) => {
      const { name, group, document } = example
      const docs = docsOf(example)
      const seq = (counts.get(group) ?? 0) + 1
      counts.set(group, seq)
      const answered = ANSWERED[name]
      const blocks = [
        block('meta', `name: ${name}\ntype: graphql\nseq: ${seq}`),
        block('post', 'url: {{graph}}/graphql\nbody: graphql\nauth: inherit'),
        block('body:graphql', print(parse(document))),
        block('body:graphql:vars', JSON.stringify(example.variables, null, 2)),
        ...(answered ? [block('vars:post-response', variables(answered))] : []),
        ...(docs === '' ? [] : [block('docs', docs)]),
      ]
      return { path: `${group}/${name}.bru`, text: blocks.join('\n') }
    })
}
