import type { ApolloServerPlugin } from '@apollo/server'

/** The page of the explorer. It loads files of this server alone. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Explorer of kyc-graph</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/explorer/explorer.css">
<script type="module" src="/explorer/explorer.js"></script>
</head>
<body>
<div id="explorer"><p>The explorer is loading. The first time it is built, which takes a few seconds.</p></div>
<noscript><p>The explorer needs JavaScript. <a href="/">Start page</a></p></noscript>
</body>
</html>
`

/** Scripts come from this server alone. The editor sets styles of its own, and its fonts are in the style sheet. */
export const PAGE_POLICY = [
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "script-src 'self'; worker-src 'self'; connect-src 'self'",
  "style-src 'self' 'unsafe-inline'; font-src data:; img-src 'self' data:",
].join('; ')

/** The page that a browser gets at `GET /graphql`: GraphiQL, from this server. */
export const explorerPage: ApolloServerPlugin = {
  async serverWillStart() {
    return { renderLandingPage: () => Promise.resolve({ html: PAGE }) }
  },
}
