import { html, type Markup } from './html.js'

/** What runs. */
export interface Running {
  readonly version: string
  readonly url: string
  /** Where records are kept: `memory` or `Redis`. */
  readonly store: 'memory' | 'Redis'
  readonly emulators: readonly { readonly title: string; readonly url: string }[]
}

/** Pages and files of this server, with what they are. */
const LINKS: readonly (readonly [path: string, name: string, what: string])[] = [
  ['/graphql', 'Explorer', 'GraphiQL with tokens, examples and the documentation of the schema; works offline'],
  ['/sandbox', 'Apollo Sandbox', 'the same operations; loaded from the internet'],
  ['/docs/README.md', 'Documentation', 'every page, as Markdown'],
  ['/docs/first-query.md', 'First query', 'a query over five providers and its answer'],
  ['/docs/errors.md', 'Errors', 'every error code with its remedy'],
  ['/schema.graphql', 'Schema', 'the schema definition (SDL) for clients'],
  ['/ready', 'Readiness', 'what is usable, and why not'],
  ['/metrics', 'Metrics', 'in the format of Prometheus'],
]

/** What runs, where, and the links to all of it. */
export const runningSection = ({ version, url, store, emulators }: Running): Markup =>
  html`<section aria-labelledby="running">
    <h2 id="running">What is running</h2>
    <dl>
      <dt>Server</dt>
      <dd>kyc-graph ${version} on Node.js ${process.versions.node}, store in ${store}</dd>
      <dt>Graph</dt>
      <dd><code>POST ${url}/graphql</code>, with a token</dd>
      <dt>Tokens</dt>
      <dd><code>POST ${url}/oauth/token</code>, OAuth 2.0 client credentials</dd>
      <dt>Emulators</dt>
      <dd>
        <ul>
          ${emulators.map(
            (emulator) =>
              html`<li>
                ${emulator.title}: <code>${emulator.url}</code>,
                <a href="${emulator.url}/__emulator/calls">its calls</a>
              </li>`,
          )}
        </ul>
      </dd>
    </dl>
    <ul>
      ${LINKS.map(([path, name, what]) => html`<li><a href="${path}">${name}</a>: ${what}</li>`)}
    </ul>
  </section>`
