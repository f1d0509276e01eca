import { connect } from 'node:net'
import { startApp } from './test/support/app.js'
const app = await startApp({ UNAUTHENTICATED_REQUESTS_PER_MINUTE: '0' })
const port = Number(new URL(app.url).port)
for (const path of ['/graphql', '/nothing', '/webhooks/synctera']) {
  const t0 = Date.now(); const c0 = process.cpuUsage()
  await Promise.all(Array.from({ length: 20 }, () => new Promise((resolve) => {
    const s = connect(port, '127.0.0.1')
    s.on('data', () => {}).on('error', (e) => console.log(e.message)).on('close', () => resolve(0))
    s.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n` + '1\r\nx\r\n'.repeat(20000))
  })))
  console.log(path, 'all closed', Date.now() - t0, process.cpuUsage(c0), process.memoryUsage.rss() / 1e6)
}
await app.close()
process.exit(0)
