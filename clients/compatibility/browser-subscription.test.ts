import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OfflineBrowser, startOfflineBrowser } from './support/browser.js'
import { beginPayeeCheck } from './support/payee-check.js'
import { HERE } from './support/scratch.js'
import { endpoint, server, tokenOf } from './support/server-client.js'

/** Serves the page at another origin than that of the graph, as an app has it. */
let pages: Server
let origin: string
let offline: OfflineBrowser
beforeAll(async () => {
  const page = readFileSync(join(HERE, 'pages/payee-check.html'))
  pages = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(page))
  await once(pages.listen(0, '127.0.0.1'), 'listening')
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`
  offline = await startOfflineBrowser(server.url, origin)
})
afterAll(async () => {
  await offline.close()
  pages.closeAllConnections()
  pages.close()
})

/** The bank may have answered before a busy machine has opened the page; then the check is made again. */
const AGAIN = { retry: 2 }

test('a page sees a pending payee check become matched, by its own WebSocket and by fetch', AGAIN, async () => {
  const page = await offline.browser.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  const variables = new URLSearchParams({ endpoint, token: tokenOf('ops'), id: await beginPayeeCheck() })
  await page.goto(`${origin}/#${String(variables)}`)
  const shown = (list: string) => page.$$eval(`#${list} li`, (items) => items.map(({ textContent }) => textContent))
  await page.waitForSelector('#websocket ::-p-text(close 1000)')
  await page.waitForSelector('#sse ::-p-text(end)')
  expect(await shown('websocket')).toEqual(['PENDING', 'COMPLETED FULL_MATCH', 'complete', 'close 1000'])
  expect(await shown('sse')).toEqual(['PENDING', 'COMPLETED FULL_MATCH', 'complete', 'end'])
  expect(complaints).toEqual([])
})
