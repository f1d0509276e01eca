import type { Persona } from '../personas.js'
import { html, type Markup } from './html.js'

/** A persona with its token. */
export type PersonaToken = Persona & { readonly token: string }

/** A request that every token may make. */
const QUERY = '{"query":"{ viewer { id scopes seesPersonalData } }"}'

const curl = (url: string, token: string): string =>
  `curl -s ${url}/graphql -H 'content-type: application/json' -H 'authorization: Bearer ${token}' -d '${QUERY}'`

/** Text that can be read and copied; the button works where scripts run. */
const copyable = (id: string, label: string, text: string): Markup =>
  html`<p>
    <label for="${id}">${label}</label>
    <button type="button" data-copy="${id}" hidden>Copy<span class="unseen"> ${label}</span></button>
    <textarea id="${id}" rows="2" readonly spellcheck="false">${text}</textarea>
  </p>`

/** The personas, each with its token and a request. */
export const personasSection = (personas: readonly PersonaToken[], url: string): Markup =>
  html`<section aria-labelledby="personas">
    <h2 id="personas">Personas</h2>
    <p>Tokens live for 12 hours. The explorer takes them by itself.</p>
    <div class="personas">
      ${personas.map(
        ({ client, title, token }) =>
          html`<div>
            <h3>${client}</h3>
            <p>${title}</p>
            ${copyable(`token-${client}`, `Token of ${client}`, token)}
            ${copyable(`curl-${client}`, `Request as ${client}`, curl(url, token))}
          </div>`,
      )}
    </div>
  </section>`
