import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

const SANDBOX = 'https://embeddable-sandbox.cdn.apollographql.com'

/** Under this policy Sandbox loads, and nothing else. */
const policy = (nonce: string): string =>
  [
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'",
    `script-src 'nonce-${nonce}' ${SANDBOX}`,
    `style-src 'nonce-${nonce}'`,
    'frame-src https://sandbox.embed.apollographql.com',
    'img-src data:',
  ].join('; ')

/** JSON inside of a script. */
const json = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')

const page = (nonce: string, initialState: object): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Apollo Sandbox of kyc-graph</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">
  body { margin: 0; font: 15px/1.5 system-ui, sans-serif }
  p { padding: 0 1rem }
  #sandbox, #sandbox iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0 }
</style>
</head>
<body>
<p>Apollo Sandbox is loaded from the internet. If nothing appears, use the <a href="/graphql">explorer</a>, which is part of this server.</p>
<div id="sandbox"></div>
<script nonce="${nonce}" src="${SANDBOX}/v2/embeddable-sandbox.umd.production.min.js"></script>
<script nonce="${nonce}">
  if (window.EmbeddedSandbox)
    new window.EmbeddedSandbox({
      target: '#sandbox',
      initialEndpoint: new URL('/graphql', location.href).href,
      initialState: ${json(initialState)},
      runTelemetry: false,
      allowDynamicStyles: false,
    });
</script>
</body>
</html>
`

/** What Sandbox begins with. */
interface SandboxState {
  readonly document: string
  readonly variables: object
  readonly headers: Readonly<Record<string, string>>
}

/** `GET /sandbox`: Apollo Sandbox, where the internet is reached. */
export function registerSandbox(app: FastifyInstance, state: () => SandboxState): void {
  app.get('/sandbox', (_request, reply) => {
    const nonce = randomBytes(16).toString('hex')
    return reply
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy(nonce),
        'cross-origin-opener-policy': 'same-origin-allow-popups',
      })
      .send(page(nonce, { ...state(), pollForSchemaUpdates: false }))
  })
}
