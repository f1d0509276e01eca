import { useQuery } from '@apollo/client/react'
import { documentNode } from '@kyc-graph/client/document-node'
import { CustomerPageDocument, PayeeCheckAccessDocument } from '@kyc-graph/client/operations'
import { useState } from 'react'

const ADA = 'c0000000-0000-4000-8000-000000000001'
const CUSTOMER_PAGE = documentNode(CustomerPageDocument)
const ACCESS = documentNode(PayeeCheckAccessDocument)

function Row({ name, value }: { readonly name: string; readonly value: string | null | undefined }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{value ?? '–'}</td>
    </tr>
  )
}

/** A customer, from all providers. A field whose provider fails is null, and the others are shown. */
export function Customer() {
  const [customerId, setCustomerId] = useState(ADA)
  const { data, error, loading } = useQuery(CUSTOMER_PAGE, { variables: { customerId }, errorPolicy: 'all' })
  const { data: access } = useQuery(ACCESS)
  const customer = data?.customer

  return (
    <section id="customer">
      <h2>Customer</h2>
      <label>
        Customer id <input value={customerId} onChange={({ target }) => setCustomerId(target.value)} />
      </label>
      {loading && <p>Loading …</p>}
      {access?.viewer?.seesPersonalData === false && (
        <p className="note">Personal values that are not yours are masked.</p>
      )}
      {!loading && !customer && <p>There is no such customer for you.</p>}
      {customer && (
        <table>
          <tbody>
            <Row name="Name" value={customer.legalName} />
            <Row name="Number" value={customer.number} />
            <Row name="E-mail" value={customer.email} />
            <Row name="Phone" value={customer.mobilePhoneNumber} />
            <Row name="Date of birth" value={customer.dateOfBirth} />
            <Row name="KYC" value={customer.kycOverview?.status} />
            <Row name="Person at Synctera" value={customer.person?.verificationStatus} />
            <Row
              name="Accounts"
              value={customer.accountEntitlements?.items?.map(({ account }) => account.accountNumber).join(', ')}
            />
          </tbody>
        </table>
      )}
      {error && <p role="alert">{error.message}</p>}
    </section>
  )
}
