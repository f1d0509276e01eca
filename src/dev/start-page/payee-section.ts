import { html } from './html.js'

/** An account whose bank answers a second later; see docs/test-data.md. */
const PENDING_ACCOUNT = '90070020000030'

/** A payee check whose outcome comes later, and appears by itself. */
export const PAYEE_SECTION = html`<section aria-labelledby="payee-check">
  <h2 id="payee-check">A payee check, live</h2>
  <p>
    The bank of this account answers a second later: the mutation says that the check is pending, and its
    <a href="/docs/subscriptions.md">subscription</a> brings the outcome.
  </p>
  <form id="payee-check-form">
    <label>Account <input name="account" value="${PENDING_ACCOUNT}" autocomplete="off" /></label>
    <label>Name <input name="name" value="Accepted,Ada" autocomplete="off" /></label>
    <button>Check the payee</button>
  </form>
  <div role="status"><ol id="payee-check-states"></ol></div>
</section>`
