import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { ReceivedOperation } from './trace-receiver.js'
import { escapeHtml, shownMs, waterfall } from './waterfall.js'

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1b1f24; background: #fff }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
article { border-top: 1px solid #d0d7de; padding: .6rem 0 } h3 { font-size: 1rem; margin: 0 0 .3rem }
small, .time { color: #57606a } svg { max-width: 100%; height: auto }
svg text { font: 12px ui-monospace, monospace; fill: #1b1f24 } svg .time { fill: #57606a; font-size: 11px }
.own { fill: #8c959f } .request { fill: #0969da } .redis { fill: #8250df } .wait { fill: #bf8700 } .failed { fill: #cf222e }
.key span::before { content: ''; display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; background: var(--c) }
table { border-collapse: collapse; font-size: 13px } td, th { text-align: left; padding: .1rem .8rem .1rem 0 }
.k-own { --c: #8c959f } .k-request { --c: #0969da } .k-redis { --c: #8250df } .k-wait { --c: #bf8700 } .k-failed { --c: #cf222e }`

const KEY = `<p class="key">Bars:<span class="k-own">this server</span><span class="k-request">request to a provider</span><span class="k-redis">Redis</span><span class="k-wait">wait</span><span class="k-failed">failed</span></p>`

function article(operation: ReceivedOperation): string {
  const { root } = operation
  const at = new Date(root.startMs).toISOString().slice(11, 23)
  const calls = root.attributes.get('kyc.operation.provider_calls') ?? '0'
  return `<article><h3>${escapeHtml(root.name)} <small>at ${at} UTC, ${shownMs(root.durationMs)}, provider calls: ${escapeHtml(calls)}, trace ${escapeHtml(root.traceId)}</small></h3>
${waterfall(operation)}</article>`
}

const page = (operations: readonly ReceivedOperation[], nonce: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>kyc-graph in development</title><style nonce="${nonce}">${STYLE}</style></head>
<body><main><h1>kyc-graph in development</h1>
<ul><li><a href="/graphql">Apollo Sandbox</a> with examples and a token</li><li><a href="/metrics">Metrics</a>, <a href="/ready">readiness</a></li></ul>
<h2>Last operations</h2>
<p>Drawn from the spans that the exporter of OpenTelemetry has sent, a moment after each operation. Load the page again for later ones.</p>
${operations.length === 0 ? '<p>None yet.</p>' : KEY + operations.map(article).join('\n')}
</main></body></html>
`

/** The start page of development at `/`: where things are, and the waterfalls of the last operations. It loads nothing from elsewhere. */
export function registerStartPage(app: FastifyInstance, operations: () => readonly ReceivedOperation[]): void {
  app.get('/', (_request, reply) => {
    const nonce = randomBytes(16).toString('base64')
    return reply
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      })
      .send(page(operations(), nonce))
  })
}
