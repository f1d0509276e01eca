import { readFileSync } from 'node:fs'
import { ADA } from '../../datasources/emulator/people.js'

const operation = (name: string): string =>
  readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), 'utf8')

/** The first query of the documentation: one customer with records at each of the five providers. */
export const FIRST_QUERY = operation('first-query')

/** The operations in Sandbox: the first query and further examples. */
export const EXAMPLES = ['first-query', 'customer-page', 'kyc-review', 'bulk-read', 'persons', 'payee-check', 'entitle']
  .map(operation)
  .join('\n')

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
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
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
    }),
  })
  const { data, errors } = (await response.json()) as { data?: Prepared; errors?: { message: string }[] }
  if (!data || errors)
    throw new Error(`The example records could not be created: ${errors?.map(({ message }) => message).join(' ')}`)
  return {
    customerId: ADA.customerId,
    verificationId: data.verifyAccount.result.id,
    jobKey: data.setAccountAttributes.job.key,
  }
}
