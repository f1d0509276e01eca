import { NAMED_PEOPLE, NIA, type Person } from '../../../datasources/emulator/people.js'
import type { TestPayee } from '../../../datasources/emulator/run.js'
import { html, type Markup } from './html.js'
import { customerLink, payeeLink, personLink } from './links.js'

const table = (label: string, columns: readonly string[], rows: readonly Markup[]): Markup =>
  html`<div class="wide" role="region" tabindex="0" aria-label="${label}">
    <table>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`

function personRow(person: Person): Markup {
  const { firstName, lastName, situation, customerId, personId, username, account } = person
  return html`<tr>
    <th scope="row">${firstName} ${lastName}</th>
    <td>${situation}</td>
    <td><a href="${customerLink(person)}">${customerId}</a></td>
    <td>${personId === undefined ? 'none' : html`<a href="${personLink(personId)}">${personId}</a>`}</td>
    <td>${username}</td>
    <td><a href="${payeeLink({ idScheme: 'SCAN', id: account }, `${lastName},${firstName}`)}">${account}</a></td>
  </tr>`
}

const payeeRow = (payee: TestPayee): Markup =>
  html`<tr>
    <th scope="row"><a href="${payeeLink(payee)}">${payee.id}</a></th>
    <td>${payee.idScheme}</td>
    <td>${payee.situation}</td>
  </tr>`

/** The people and the payees that exist, each leading to its operation in the explorer. */
export const testDataSection = (payees: readonly TestPayee[]): Markup =>
  html`<section aria-labelledby="test-data">
    <h2 id="test-data">Test data</h2>
    <p>
      The same people at all five providers. An id opens its operation in the explorer.
      <a href="/docs/test-data.md">More test data</a>: magic SSNs, challenges, jobs, faults.
    </p>
    <h3>People</h3>
    ${table('People', ['name', 'shows', 'customer', 'person', 'client of a token', 'account'], NAMED_PEOPLE.map(personRow))}
    <p>
      Forty members of a crowd, <code>Crowd01 Member</code> and so on, fill pages. ${NIA.firstName} ${NIA.lastName} is
      no customer yet: <a href="/docs/onboarding.md">onboard her</a>.
    </p>
    <details>
      <summary>Payees: ${payees.length} accounts with an outcome of their own</summary>
      ${table('Payees', ['account', 'scheme', 'shows'], payees.map(payeeRow))}
    </details>
  </section>`
