import { send, tokenOf } from './server-client.js'

/** The account of a bank that answers after the first poll, which is due after a second. */
const LATER = '90070020000030'
const VERIFY = 'mutation ($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id state } } }'

/** Begins a payee check that is pending; returns its id. */
export async function beginPayeeCheck(): Promise<string> {
  const account = { idScheme: 'SCAN', id: LATER, name: 'Accepted,Ada' }
  const input = { types: ['NAME'], maxAgeSeconds: 0, account }
  const { data, messages } = await send({ text: VERIFY }, { input }, tokenOf('ops'))
  const result = (data as { verifyAccount: { result: { id: string; state: string } } } | null)?.verifyAccount.result
  if (result?.state !== 'PENDING') throw new Error(`The payee check is not pending: ${messages.join()}`)
  return result.id
}
