import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import { openBrowser } from './browser.js'
import { freePorts, type Program, ROOT, start, temporaryFolder } from './program.js'

const MAX_COMMANDS = 3
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')

/** The first commands of the README, with this repository as the address. */
function commands(): string {
  const [, block] = /^```sh\n([^]*?)^```$/m.exec(README)!
  const lines = block!.trim().split('\n')
  if (lines.length > MAX_COMMANDS) throw new Error(`The README needs ${lines.length} commands, not ${MAX_COMMANDS}.`)
  return block!.replace('<address>', ROOT)
}

/** The command of the README that serves the React page. */
const reactCommand = (): string => /^`(npm ci --prefix examples\/react && [^`]+)`/m.exec(README)![1]!

/** Waits until the page shows the outcome of a payee check that was pending, without a reload. */
async function watch(page: Page, button: string, outcome: string): Promise<void> {
  await page.evaluate('globalThis.isSamePage = true')
  await page.locator(button).click()
  await page.waitForSelector(`${outcome} ::-p-text(PENDING)`, { timeout: 30_000 })
  await page.waitForSelector(`${outcome} ::-p-text(FULL_MATCH)`, { timeout: 30_000 })
  if ((await page.evaluate('globalThis.isSamePage')) !== true) throw new Error('The page was loaded again.')
}

async function startPage(browser: Browser, address: string, out: string): Promise<void> {
  const page = await browser.newPage()
  await page.goto(address)
  await watch(page, '#payee-check-form button', '#payee-check-states')
  await page.screenshot({ path: `${out}/start-page.png` })
}

async function reactPage(browser: Browser, address: string, out: string): Promise<void> {
  const page = await browser.newPage()
  await page.goto(address)
  await page.locator('#sign-in-ops').click()
  await watch(page, '#payee-check button', '#payee-check')
  await page.screenshot({ path: `${out}/react-page.png` })
}

/** Types the commands of the README into a shell in an empty folder, and watches a payee check on the page that it names. */
export async function cleanClone(out: string): Promise<string> {
  const folder = temporaryFolder()
  const port = freePorts()
  const programs: Program[] = []
  const browser = await openBrowser()
  try {
    const begun = Date.now()
    programs.push(start(commands(), folder, { PORT: port }))
    await programs[0]!.printed(/A first query/)
    const [address] = /http:\/\/127\.0\.0\.1:4000\//.exec(README)!
    await startPage(browser, address.replace('4000', port), out)
    const seconds = Math.round((Date.now() - begun) / 1_000)
    programs.push(start(reactCommand(), join(folder, 'kyc-graph'), { KYC_GRAPH_URL: `http://127.0.0.1:${port}` }))
    const [url] = await programs[1]!.printed(/http:\/\/localhost:\d+\//)
    await reactPage(browser, url, out)
    return `${commands().trim().split('\n').length} commands, ${seconds} s to a matched payee; the React page by one more`
  } finally {
    await browser.close()
    await Promise.all(programs.map((program) => program.stop()))
  }
}
