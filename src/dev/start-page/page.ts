import type { ReceivedOperation } from '../trace-receiver.js'
import { html, Markup } from './html.js'
import { FIRST_QUERY_LINK } from './links.js'
import { PAYEE_SECTION } from './payee-section.js'
import { personasSection, type PersonaToken } from './personas-section.js'
import { runningSection, type Running } from './running-section.js'
import { testDataSection } from './test-data-section.js'
import type { TestPayee } from '../../../datasources/emulator/run.js'
import { shownMs, waterfall } from './waterfall.js'

/** What the start page shows. */
export interface StartPage {
  readonly running: Running
  readonly personas: readonly PersonaToken[]
  readonly payees: readonly TestPayee[]
  /** The last operations, the latest first. */
  readonly operations: () => readonly ReceivedOperation[]
}

const KEY = html`<p class="key">
  Bars: <span class="k-own">this server</span><span class="k-request">request to a provider</span
  ><span class="k-redis">Redis</span><span class="k-wait">wait</span><span class="k-failed">failed</span>
</p>`

function article(operation: ReceivedOperation): Markup {
  const { root } = operation
  const at = new Date(root.startMs).toISOString().slice(11, 23)
  const calls = root.attributes.get('kyc.operation.provider_calls') ?? '0'
  return html`<article>
    <h3>
      ${root.name}
      <small>at ${at} UTC, ${shownMs(root.durationMs)}, provider calls: ${calls}, trace ${root.traceId}</small>
    </h3>
    <div class="wide" role="region" tabindex="0" aria-label="Waterfall of ${root.name} at ${at}">
      ${new Markup(waterfall(operation))}
    </div>
  </article>`
}

const operationsSection = (operations: readonly ReceivedOperation[]): Markup =>
  html`<section aria-labelledby="operations">
    <h2 id="operations">Last operations</h2>
    <p>
      Drawn from the spans that the exporter of OpenTelemetry has sent, a moment after each operation. Load the page
      again for later ones.
    </p>
    ${operations.length === 0 ? html`<p>None yet.</p>` : [KEY, ...operations.map(article)]}
  </section>`

/** The start page as HTML; it loads files of this server alone. */
export const startPage = ({ running, personas, payees, operations }: StartPage): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>kyc-graph in development</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/start-page/style.css" />
        <script src="/start-page/copy.js" defer></script>
        <script src="/start-page/payee-check.js" defer></script>
      </head>
      <body>
        <main>
          <h1>kyc-graph in development</h1>
          <p class="first">
            <a class="button" href="${FIRST_QUERY_LINK}">Run the first query</a>
            <a href="/graphql">Explorer</a> with every promised operation, tokens and test data
          </p>
          ${PAYEE_SECTION} ${runningSection(running)} ${personasSection(personas, running.url)}
          ${testDataSection(payees)} ${operationsSection(operations())}
        </main>
        <p id="copied" class="copied" role="status"></p>
      </body>
    </html> `.text
