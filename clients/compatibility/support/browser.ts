import { execFileSync } from 'node:child_process'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import puppeteer, { type Browser } from 'puppeteer-core'

/** The names of Chromium in the systems that have it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

function chromium(): string {
  for (const name of NAMES)
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim()
    } catch {
      // The next name.
    }
  throw new Error(`The tests in a browser need Chromium on the PATH: ${NAMES.join(', ')}`)
}

/** A browser without a network: all of its requests go through a proxy, which reaches the servers of the test alone. */
export interface OfflineBrowser {
  readonly browser: Browser
  readonly close: () => Promise<void>
}

function forward(incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url = '' } = incoming
  const outgoing = request(url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode!, answer.rawHeaders)
    answer.pipe(response)
  })
  outgoing.on('error', () => response.destroy())
  response.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

/** Lets a WebSocket through, for which a browser asks a proxy for a tunnel. */
function tunnel(host: string, socket: Duplex): void {
  const { hostname, port } = new URL(`http://${host}`)
  const far = connect(Number(port), hostname, () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'))
  far.pipe(socket).pipe(far)
  for (const [one, other] of [
    [far, socket],
    [socket, far],
  ] as const)
    one.on('error', () => other.destroy()).on('close', () => other.destroy())
}

/** Starts Chromium so that it reaches the servers at these addresses and nothing else; what it asks for by itself is refused too. */
export async function startOfflineBrowser(...serverUrls: readonly string[]): Promise<OfflineBrowser> {
  const allowed = serverUrls.map((url) => new URL(url).host)
  const proxy = createServer((incoming, response) => {
    if (allowed.includes(new URL(incoming.url ?? '').host)) forward(incoming, response)
    else response.writeHead(403).end()
  })
  proxy.on('connect', ({ url = '' }, socket) => {
    if (allowed.includes(url)) tunnel(url, socket)
    else socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  const browser = await puppeteer.launch({
    executablePath: chromium(),
    args: [
      `--proxy-server=127.0.0.1:${port}`,
      // Also what is asked of this machine.
      '--proxy-bypass-list=<-loopback>',
      '--force-color-profile=srgb',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  })
  return {
    browser,
    async close() {
      await browser.close()
      proxy.closeAllConnections()
      proxy.close()
    },
  }
}
