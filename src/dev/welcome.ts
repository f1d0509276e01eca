import { readFileSync } from 'node:fs'
import { ADA } from '../../datasources/emulator/people.js'
import { send } from './examples/send.js'

/** The first query of the documentation: one customer with records at each of the five providers. */
export const FIRST_QUERY = readFileSync(new URL('../../schema/operations/first-query.graphql', import.meta.url), 'utf8')

interface Prepared {
  readonly verifyAccount: { readonly result: { readonly id: string } }
  readonly setAccountAttributes: { readonly job: { readonly key: string } }
}

const PREPARE = `
  mutation($entitle: SetAccountEntitlementsInput!, $attributes: SetAccountAttributesInput!, $verify: VerifyAccountInput!) {
    setAccountEntitlements(input: $entitle) { replayed }
    setAccountAttributes(input: $attributes) { job { key } }
    verifyAccount(input: $verify) { result { id } }
  }`

/** Creates the records that the first query reads, by mutations; returns the variables of the query. */
export async function prepare(url: string, token: string): Promise<Record<string, string>> {
  const data = await send<Prepared>(url, {
    token,
    what: 'The records of the first query',
    query: PREPARE,
    variables: {
      entitle: {
        bankingCustomerId: ADA.bankingCustomerId,
        accounts: [{ accountNumber: ADA.account, productType: 'CHECKING', productCode: 'DDA_01' }],
        electronicStatementElection: true,
        electronicDocumentElection: true,
        roles: { view: true, billPay: true },
      },
      attributes: {
        externalId: ADA.seiExternalId,
        attributes: [{ name: 'LineOfCreditAccountNumber', value: 'true' }],
      },
      verify: {
        types: ['NAME'],
        account: { type: 'PERSONAL', idScheme: 'SCAN', id: ADA.account, name: `${ADA.lastName},${ADA.firstName}` },
      },
    },
  })
  return {
    customerId: ADA.customerId,
    verificationId: data.verifyAccount.result.id,
    jobKey: data.setAccountAttributes.job.key,
  }
}
