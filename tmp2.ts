import { connect } from 'node:net'
import { createServer } from 'node:http'
import { isUnread, lingerOnClose } from './src/http/lingering-close.js'
const t0 = Date.now(); const log = (...a: unknown[]) => console.log(Date.now() - t0, ...a)
const server = createServer((req, res) => {
  log('request')
  setImmediate(() => {
    log('refuse', req.socket.bytesRead)
    if (isUnread(req)) { lingerOnClose(req); res.setHeader('connection', 'close') }
    res.statusCode = 404; res.end('no')
  })
  if (false) console.log(1); const iv = setInterval(() => log('read', req.socket.bytesRead, req.readableLength, req.readableFlowing, (req.socket as any)._handle?.reading), 300)
  req.socket.on('end', () => log('end')).on('close', () => { log('closed'); clearInterval(iv) })
})
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as any
  await Promise.all(Array.from({ length: 20 }, () => new Promise((resolve) => {
    const s = connect(port, '127.0.0.1')
    s.on('data', () => {}).on('error', (e) => console.log(e.message)).on('close', () => resolve(0)).on('end', () => log('client end'))
    s.write('POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n' + '1\r\nx\r\n'.repeat(20000))
  })))
  log('all closed', process.cpuUsage())
  server.close()
})
