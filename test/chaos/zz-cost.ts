import Fastify from 'fastify'
import { CORE, cpuSeconds, freePort, program, until, stopAll } from '../../bench/processes.js'
import { open, serialise } from '../../bench/connection.js'
import { CUSTOMER } from '../../bench/operations.js'
import { SCOPES } from '../../schema/scopes.js'
import { startEmulators } from '../../src/dev/emulators.js'
import { AUDIENCE, createIssuer } from '../../src/dev/issuer.js'
const authority = Fastify({ forceCloseConnections: true })
const issuer = await createIssuer('https://issuer.test')
issuer.routes(authority)
const jwksUrl = `${await authority.listen({ port: 0, host: '127.0.0.1' })}/oauth/jwks`
const { emulators, settings } = await startEmulators({ jwksUrl })
const scope = Object.keys(SCOPES).filter((n) => !n.endsWith(':own')).join(' ')
const token = await issuer.token({ client: 'c', scope, claims: { tenant: 't' } })
const other = await issuer.token({ client: 'o', scope, claims: { tenant: 'o' } })
async function measure(extra: Record<string, string>, refuse: boolean, n: number) {
  const port = await freePort()
  const prof = refuse && process.env['PROF'] ? ['--cpu-prof', '--cpu-prof-dir=/tmp/adm-prof'] : []
  const child = program(process.execPath, ['--max-semi-space-size=24', ...prof, '/tmp/adm-build/src/main.js'], CORE.measured, {
    log: '/tmp/adm-cost.log',
    env: { ...settings, AUTH_ISSUER: issuer.issuer, AUTH_AUDIENCE: AUDIENCE, AUTH_JWKS_URL: jwksUrl, RATE_LIMIT_COST_PER_MINUTE: '0', PORT: String(port), LOG_LEVEL: 'warn', AUDIT_LOG: '/tmp/adm-cost-audit.log', ...extra } as Record<string, string>,
  })
  await until(async () => (await fetch(`http://127.0.0.1:${port}/ready`)).ok, 'server')
  const q = refuse ? CUSTOMER : '{ viewer { id } }'
  const body = JSON.stringify(refuse ? { query: q, variables: { id: 'x' } } : { query: q })
  const request = Buffer.from(serialise(port, '/graphql', { token, body }))
  if (refuse) {
    emulators.obp.fault({ match: '**', fault: 'hang', times: 0 } as never)
    emulators.obp.fault({ match: 'GET /**', fault: 'hang', times: 0 })
    const c = await open(port)
    const again = () => c.send(request, () => again())
    again()
    await new Promise((r) => setTimeout(r, 300))
  }
  const connections = await Promise.all(Array.from({ length: 64 }, () => open(port)))
  const statuses: Record<string, number> = {}
  let sample = ''
  const batch = (count: number) => {
    let left = count
    return Promise.all(connections.map((c) => new Promise<void>((resolve) => {
      const next = () => { if (left-- <= 0) return resolve(); c.send(request, (s, r) => { statuses[s] = (statuses[s] ?? 0) + 1; sample = r.toString(); next() }) }
      next()
    })))
  }
  await batch(n)
  const costs = []
  for (let i = 0; i < 3; i += 1) { const a = cpuSeconds(child.pid!); await batch(n); costs.push(((cpuSeconds(child.pid!) - a) / n * 1e6).toFixed(1)) }
  console.log(JSON.stringify(extra), refuse ? 'refused' : 'answered', costs.join(' '), 'µs CPU each', JSON.stringify(statuses), sample.slice(0, 1200).length)
  if (refuse) console.log(sample.slice(0, 1500))
  for (const c of connections) c.close()
  child.kill(prof.length ? 'SIGTERM' : 'SIGKILL')
  if (prof.length) await new Promise((r) => child.once('exit', r))
}
void other
if (!process.env['PROF']) { await measure({ ADMISSION: 'off' }, false, 2500)
await measure({}, false, 2500)
await measure({ ADMISSION: 'off' }, false, 2500)
await measure({}, false, 2500) }
await measure({ ADMISSION_MIN_CONCURRENCY: '1', ADMISSION_MAX_CONCURRENCY: '1' }, true, 2500)
await stopAll()
process.exit(0)
