import { randomBytes } from 'node:crypto'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import { send } from './send.js'

/** The member of the crowd at this place, each for the examples of one kind. */
export const member = (index: number) => CROWD[index] as (typeof CROWD)[number] & { readonly personId: string }

/** A personal id by the members of an input that name it. */
interface PersonalIdOf {
  readonly personId: string
  readonly personalIdId: string
}

/** Records that examples read, change or end, beside those that the emulators begin with. */
export interface ExampleRecords {
  /** What the first query reads; see `prepare`. */
  readonly firstQuery: Readonly<Record<string, string>>
  /** Begins the idempotency keys of the examples: they are new at each start. */
  readonly keyPrefix: string
  readonly personalIdToCorrect: PersonalIdOf
  readonly personalIdToDelete: PersonalIdOf
  readonly personVerificationId: string
  readonly monitoringSubscriptionId: string
  readonly monitoringAlertId: string
  readonly payeeJobId: string
  /** A challenge that waits for a factor to be started, and one whose factor was started. */
  readonly openChallenge: ChallengeFactor
  readonly startedChallenge: ChallengeFactor
}

interface ChallengeFactor {
  readonly challengeId: string
  readonly factorId: string
}

interface Created {
  readonly toCorrect: { readonly personalId: { readonly id: string } }
  readonly toDelete: { readonly personalId: { readonly id: string } }
  readonly recordPersonVerification: { readonly verification: { readonly id: string } }
  readonly subscribeToMonitoring: { readonly subscription: { readonly id: string } }
  readonly verifyAccounts: { readonly job: { readonly id: string } }
  readonly open: Challenged
  readonly started: Challenged
}

interface Challenged {
  readonly challenge: {
    readonly challengeId: string
    readonly factors: readonly { readonly factorId: string; readonly type: string }[]
  }
}

const CREATE = `
  mutation(
    $toCorrect: AddPersonalIdInput!, $toDelete: AddPersonalIdInput!, $outcome: RecordPersonVerificationInput!,
    $monitored: SubscribeToMonitoringInput!, $payees: VerifyAccountsInput!,
    $open: SetAccountEntitlementsInput!, $started: SetAccountEntitlementsInput!
  ) {
    toCorrect: addPersonalId(input: $toCorrect) { personalId { id } }
    toDelete: addPersonalId(input: $toDelete) { personalId { id } }
    recordPersonVerification(input: $outcome) { verification { id } }
    subscribeToMonitoring(input: $monitored) { subscription { id } }
    verifyAccounts(input: $payees) { job { id } }
    open: setAccountEntitlements(input: $open) { challenge { challengeId factors { factorId type } } }
    started: setAccountEntitlements(input: $started) { challenge { challengeId factors { factorId type } } }
  }`

const START =
  'mutation($input: StartChallengeFactorInput!) { startChallengeFactor(input: $input) { progress { state } } }'

/** Entitlements for a banking customer who is challenged first; each id that begins so is one. */
export const challengedEntitlements = (name: string) => ({
  bankingCustomerId: `challenge-anew-${name}`,
  accounts: [{ accountNumber: '123456789', productCode: 'DDA_01' }],
  electronicStatementElection: true,
  electronicDocumentElection: true,
  roles: { view: true },
})

/** A payee account that is expected to be Ada's. */
export const payee = (id: string) => ({ type: 'PERSONAL', idScheme: 'SCAN', id, name: 'Accepted,Ada' }) as const

const licence = (index: number) => ({
  personId: member(index).personId,
  type: 'DRIVER_LICENSE',
  identifier: `D-${1_000_000 + index}`,
})

const smsFactorOf = ({ challenge: { challengeId, factors } }: Challenged): ChallengeFactor => ({
  challengeId,
  factorId: factors.find(({ type }) => type === 'SMS')!.factorId,
})

/** Raises an alert of the monitoring at Synctera's emulator, which the graph cannot; answers its id. */
async function raiseAlert(syncteraUrl: string, personId: string): Promise<string> {
  const response = await fetch(`${syncteraUrl}/__emulator/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ personId }),
  })
  return ((await response.json()) as { id: string }).id
}

/** Creates the records that the examples need, by mutations and at Synctera's emulator. */
export async function createExampleRecords(
  server: { readonly url: string; readonly token: string; readonly syncteraUrl: string },
  firstQuery: ExampleRecords['firstQuery'],
): Promise<ExampleRecords> {
  const { url, token } = server
  const what = 'The records of the examples'
  const variables = {
    toCorrect: licence(2),
    toDelete: licence(3),
    outcome: {
      personId: member(4).personId,
      type: 'IDENTITY',
      result: 'ACCEPTED',
      verifiedAt: '2024-05-01T09:00:00Z',
      vendor: 'SOCURE',
    },
    monitored: { personId: member(5).personId },
    payees: {
      types: ['NAME'],
      accounts: [
        { clientReference: 'row-1', account: payee(ADA.account) },
        { clientReference: 'row-2', account: payee('90070020000001') },
      ],
    },
    open: challengedEntitlements('open'),
    started: challengedEntitlements('started'),
  }
  const created = await send<Created>(url, { token, what, query: CREATE, variables })
  const startedChallenge = smsFactorOf(created.started)
  await send(url, { token, what, query: START, variables: { input: startedChallenge } })
  return {
    firstQuery,
    keyPrefix: randomBytes(3).toString('hex'),
    personalIdToCorrect: { personId: member(2).personId, personalIdId: created.toCorrect.personalId.id },
    personalIdToDelete: { personId: member(3).personId, personalIdId: created.toDelete.personalId.id },
    personVerificationId: created.recordPersonVerification.verification.id,
    monitoringSubscriptionId: created.subscribeToMonitoring.subscription.id,
    monitoringAlertId: await raiseAlert(server.syncteraUrl, member(6).personId),
    payeeJobId: created.verifyAccounts.job.id,
    openChallenge: smsFactorOf(created.open),
    startedChallenge,
  }
}
