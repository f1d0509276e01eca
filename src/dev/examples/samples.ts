// The list of the samples of the promised operations; those of `onboarding-samples.ts` and `person-samples.ts` are joined
// into it. A new example is an operation in `schema/operations/` and its sample here.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { ADA } from '../../../datasources/emulator/people.js'
import type * as operations from '../../../schema/operations/index.js'
import { onboardingSamples } from './onboarding-samples.js'
import { personSamples } from './person-samples.js'
import { challengedEntitlements, type ExampleRecords, payee } from './records.js'
import { forEveryone, forOps, forTeam, type KeyOf, personWho, type Sample } from './sample.js'

type Operations = typeof operations
type VariablesOf<Document> = Document extends TypedDocumentNode<unknown, infer Variables> ? Variables : never

/** A sample of every promised operation: without one the types do not fit. */
type Samples = {
  readonly [Name in keyof Operations as Name extends `${infer Operation}Document` ? Operation : never]: Sample<
    VariablesOf<Operations[Name]>
  >
}

/** The operations on entitlements and attributes, and the two steps of a challenge. */
const entitlements = (key: KeyOf, records: ExampleRecords) => ({
  Entitle: forTeam({ input: { idempotencyKey: key('entitle'), ...challengedEntitlements('example') } }),
  StartChallengeFactor: forOps({ input: { idempotencyKey: key('start-factor'), ...records.openChallenge } }),
  VerifyChallengeFactor: forOps({
    input: { idempotencyKey: key('verify-factor'), ...records.startedChallenge, code: '123456' },
  }),
  SetAttributes: forOps({
    input: {
      idempotencyKey: key('set-attributes'),
      externalId: ADA.seiExternalId,
      attributes: [{ name: 'LineOfCreditAccountNumber', value: 'true' }],
    },
  }),
  AttributesJob: forOps({ key: records.firstQuery['jobKey']! }),
})

/** The payee checks. They have no idempotency key: a check that is sent again within a minute is answered from the store. */
const payees = ({ firstQuery, payeeJobId }: ExampleRecords) => ({
  CheckPayee: forEveryone({ input: { types: ['NAME' as const], account: payee(ADA.account) } }),
  PayeeCheck: forOps({ id: firstQuery['verificationId']! }),
  CheckPayees: forEveryone({
    input: {
      types: ['NAME' as const],
      accounts: [
        { clientReference: 'row-1', account: payee(ADA.account) },
        { clientReference: 'row-2', account: payee('90070020000002') },
        { clientReference: 'row-3', account: payee('90070020000007') },
      ],
    },
  }),
  PayeeChecks: forOps({ jobId: payeeJobId, first: 10 }),
  PayeeJob: forOps({ jobId: payeeJobId }),
  PayeeCheckAccess: forEveryone({}),
})

/** The subscriptions: the state as it stands, then each change. */
const subscriptions = ({ firstQuery, payeeJobId }: ExampleRecords) => ({
  PayeeCheckUpdates: forOps({ id: firstQuery['verificationId']! }),
  PayeeJobUpdates: forOps({ jobId: payeeJobId }),
  AccountAttributesUpdates: forOps({ key: firstQuery['jobKey']! }),
  PersonVerificationUpdates: forTeam({ personId: personWho('PENDING').personId }),
  KycOverviewUpdates: forTeam({ customerId: ADA.customerId }),
})

/** The endpoints of a partner. */
const partnerWebhooks = (key: KeyOf) => ({
  CreateWebhookEndpoint: forTeam({
    input: {
      idempotencyKey: key('create-webhook-endpoint'),
      url: 'https://partner.example/kyc',
      types: ['VERIFICATION_RESULT' as const, 'PERSON_VERIFICATION' as const],
    },
  }),
  WebhookEndpoints: forTeam({}),
})

/** The sample of every promised operation, by its name. */
export function samplesOf(records: ExampleRecords): Samples {
  const key = (name: string): string => `${records.keyPrefix}-${name}`
  return {
    EverythingAboutACustomer: forOps(
      records.firstQuery as { customerId: string; verificationId: string; jobKey: string },
    ),
    CustomersWithPersons: forTeam({ first: 5 }),
    CustomerPage: forTeam({ customerId: ADA.customerId }),
    KycReviewQueue: forTeam({ first: 5 }),
    ...onboardingSamples(key),
    ...entitlements(key, records),
    ...personSamples(key, records),
    ...payees(records),
    ...subscriptions(records),
    ...partnerWebhooks(key),
  }
}
