import { startEnvironment } from './environment.js'

const PORT = Number(process.env['PORT'] ?? 4400)

/** One question across both subgraphs: accounts with the customers and persons who hold them. */
const QUESTION = `{
  accounts(first: 3) {
    iban
    balance
    customer { legalName kycOverview { status } }
    person { verificationStatus }
  }
}`

const { graph, gateway, stop } = await startEnvironment({ port: PORT })
const response = await fetch(`${gateway.url}/graphql`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${graph.ops}` },
  body: JSON.stringify({ query: QUESTION }),
})

console.log(`
Hive Gateway  ${gateway.url}/graphql
  kyc         ${graph.url}/graphql
  accounts    the bank's own subgraph

export OPS=${graph.ops}

curl -s ${gateway.url}/graphql -H "authorization: Bearer $OPS" -H 'content-type: application/json' --data @- <<'QUERY'
${JSON.stringify({ query: QUESTION.replace(/\s+/g, ' ') })}
QUERY

${JSON.stringify(await response.json(), null, 2)}

Ctrl+C ends all of it.`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().then(() => process.exit(0)))
