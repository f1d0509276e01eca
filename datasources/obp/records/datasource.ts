import { type Call, type Client, type Contract, path, type Path, type Refusal, type Verdict } from '../../http/client.js'
import type { Visit } from '../../contract/provider.js'
import type { Place } from '../bank-access.js'
import { refusal } from '../error-mapping.js'
import { type AddressBody, answers, type CreditLimitBody, type HandleBody, type TaxResidenceBody } from './contract.js'

/** Where a row is written, this code alone says that the store would not take it: nothing was done. */
function rowRefused(refused: Refusal): Verdict {
  const reading = refusal(refused)
  return refused.status === 400 && reading.providerCode === 'OBP-50200' ? { ...reading, code: 'BAD_USER_INPUT', certain: true } : reading
}

/** The endpoints of what hangs off one customer, one method each, in the provider's words and its many spellings. */
export function recordSource(client: Client, visit: Visit) {
  const send = async <T>(call: Call<T>): Promise<T> => (await client.send(visit, call)).body
  const get = <T>(from: Path, answer: Contract<T>) => send({ method: 'GET', path: from, effect: 'read', answer })
  const post = <T>(to: Path, json: object, answer: Contract<T>, refused?: typeof rowRefused) => send({ method: 'POST', path: to, effect: 'write', json, answer, refusal: refused })
  // What is answered differs between versions; the status says all.
  const remove = (from: Path) => send({ method: 'DELETE', path: from, effect: 'write', answer: null })

  return {
    createCustomerAddress: ({ bankId, id }: Place, body: AddressBody) => post(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/address`, body, answers.address, rowRefused),

    getCustomerAddresses: ({ bankId, id }: Place) => get(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/addresses`, answers.addresses),

    /** Whosever the address is. */
    updateCustomerAddress: ({ bankId, id }: Place, addressId: string, body: AddressBody) =>
      send({
        method: 'PUT',
        path: path`/obp/v4.0.0/banks/${bankId}/customers/${id}/addresses/${addressId}`,
        effect: 'write',
        json: body,
        answer: answers.address,
        refusal: rowRefused,
      }),

    /** Whosever the address is. */
    deleteCustomerAddress: ({ bankId, id }: Place, addressId: string) => remove(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/addresses/${addressId}`),

    createTaxResidence: ({ bankId, id }: Place, body: TaxResidenceBody) =>
      post(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/tax-residence`, body, answers.taxResidence, rowRefused),

    getTaxResidence: ({ bankId, id }: Place) => get(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/tax-residences`, answers.taxResidences),

    /** Whosever the tax residence is. */
    deleteTaxResidence: ({ bankId, id }: Place, taxResidenceId: string) =>
      remove(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/tax_residencies/${taxResidenceId}`),

    /** Says that it was added, and nothing of what. */
    addSocialMediaHandle: ({ bankId, id }: Place, body: HandleBody) =>
      send({ method: 'POST', path: path`/obp/v4.0.0/banks/${bankId}/customers/${id}/social_media_handles`, effect: 'write', json: body, answer: null }),

    getSocialMediaHandles: ({ bankId, id }: Place) => get(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/social_media_handles`, answers.handles),

    createCreditLimitRequest: ({ bankId, id }: Place, body: CreditLimitBody) =>
      post(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/credit_limit/requests`, body, answers.receipt),

    getCreditLimitRequests: ({ bankId, id }: Place) => get(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/credit_limit/requests`, answers.creditLimitRequest),

    getCreditLimitRequestByRequestId: ({ bankId, id }: Place, requestId: string) =>
      get(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/credit_limit/requests/${requestId}`, answers.creditLimitRequest),
  }
}

export type RecordSource = ReturnType<typeof recordSource>
