import { startApp } from './test/support/app.js'
import { exchange } from './test/support/witness.js'
process.on('unhandledRejection', (e) => console.log('UNHANDLED', e))
const app = await startApp({})
const t0 = Date.now()
for (const authorization of [undefined, 'Bearer none', 'Bearer none'])
  for (const path of ['/graphql', '/graphql/', '/graphql?']) {
    const answer = await Promise.race([exchange(app.url, { path, headers: { 'content-type': 'application/json', authorization }, body: JSON.stringify({ query: '{__typename}' }) }), new Promise<any>((r) => setTimeout(r, 3000, { status: 'HANG', headers: {} }))])
    console.log(Date.now() - t0, path, authorization, answer.status, answer.headers.connection)
  }
process.exit(0)
