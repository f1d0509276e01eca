import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { preview, type PreviewServer } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const { CHROMIUM = '/usr/bin/chromium', SCREENSHOTS } = process.env
const port = 20_000 + Math.floor(Math.random() * 10_000)

let graph: ChildProcess
let pages: PreviewServer
let browser: Browser
let page: Page

/** Starts the development server as `npm run dev` does, until it prints its tokens. */
async function startGraph(): Promise<ChildProcess> {
  const env = {
    ...process.env,
    PORT: String(port),
    AUDIT_LOG: join(mkdtempSync(join(tmpdir(), 'kyc-graph-example-')), 'audit.log'),
  }
  const started = spawn(process.execPath, ['--import', 'tsx', 'src/dev/main.ts'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    started.stdout.on('data', (text: Buffer) => {
      if (text.includes('A first query')) resolve()
    })
    started.once('exit', () => reject(new Error('The development server ended.')))
  })
  return started
}

beforeAll(async () => {
  graph = await startGraph()
  const proxy = { '/graphql': `http://127.0.0.1:${port}`, '/oauth': `http://127.0.0.1:${port}` }
  pages = await preview({ preview: { port: 0, host: '127.0.0.1', proxy }, logLevel: 'error' })
  browser = await puppeteer.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  page = await browser.newPage()
  await page.setViewport({ width: 1280, height: 860 })
  await page.goto(pages.resolvedUrls!.local[0]!)
})
afterAll(async () => {
  await browser?.close()
  await pages?.close()
  graph?.kill()
  if (graph) await once(graph, 'exit')
})

const textOf = (selector: string) => page.$eval(selector, (element) => element.textContent ?? '')

async function signIn(persona: string): Promise<void> {
  await page.locator(`#sign-in-${persona}`).click()
  await page.waitForSelector('#customer table')
}

async function keep(name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return
  mkdirSync(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: `${SCREENSHOTS}/example-${name}.png` as `${string}.png` })
}

test('a partner sees a customer with masks', async () => {
  await signIn('partner')
  expect(await textOf('#customer')).toContain('masked')
  expect(await textOf('#customer')).not.toContain('ada.accepted@example.com')
  await keep('masked')
  await page.locator('#sign-out').click()
})

test('operations sees the customer as it is', async () => {
  await signIn('ops')
  expect(await textOf('#customer')).toContain('ada.accepted@example.com')
})

test('a payee check becomes matched on the page without a reload', async () => {
  const seen = new Set<string>()
  await page.exposeFunction('saw', (text: string) => void seen.add(text))
  await page.evaluate(() => {
    const { saw } = window as unknown as { saw: (text: string) => void }
    const report = (): void => saw(document.querySelector('#payee-outcome')?.textContent ?? '')
    new MutationObserver(report).observe(document.querySelector('#payee-check')!, {
      childList: true,
      characterData: true,
      subtree: true,
    })
  })
  await page.locator('#payee-check button').click()
  await page.waitForFunction(() => document.querySelector('#payee-outcome')?.textContent?.includes('account ACTIVE'), {
    timeout: 30_000,
  })
  expect(await textOf('#payee-outcome')).toContain('FULL_MATCH')
  expect(seen).toContain('PENDING')
})

/** The idempotency keys of a mutation that the page has sent since; `failures` of them end with this code. */
async function watchKeys(
  field: string,
  failures: number,
  code = 'OUTCOME_UNKNOWN',
): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(
    (field, failures, code) => {
      const send = window.fetch
      const keys: string[] = []
      Object.assign(window, { keys })
      window.fetch = async (input, init) => {
        const body = String(init?.body ?? '')
        if (!body.includes(`${field}(`)) return send(input, init)
        keys.push(
          (JSON.parse(body) as { variables: { input: { idempotencyKey: string } } }).variables.input.idempotencyKey,
        )
        if (keys.length > failures) return send(input, init)
        const extensions = { code, retryable: false }
        const answer = { data: { [field]: null }, errors: [{ message: 'No outcome.', path: [field], extensions }] }
        return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } })
      }
    },
    field,
    failures,
    code,
  )
  return () => page.evaluate(() => (window as unknown as { keys: string[] }).keys)
}

test('a payee check keeps its key until it has an outcome', async () => {
  const keys = await watchKeys('verifyAccount', 1)
  const check = () => page.locator('#payee-check button').click()
  const isOver = (selector: string) => page.waitForSelector(`#payee-check ${selector}`, { timeout: 30_000 })
  await check()
  await isOver('[role=alert]')
  for (const _ of ['again', 'another check']) {
    await check()
    await page.waitForFunction(() => !document.querySelector('#payee-outcome.good'))
    await isOver('#payee-outcome.good')
  }
  const [first, again, another] = await keys()
  expect(again).toBe(first)
  expect(another).not.toBe(first)
})

test('a payee check that was refused for good gets another key', async () => {
  const keys = await watchKeys('verifyAccount', 1, 'CONFLICT')
  for (const end of ['[role=alert]', '#payee-outcome.good']) {
    await page.locator('#payee-check button').click()
    await page.waitForSelector(`#payee-check ${end}`, { timeout: 30_000 })
  }
  const [refused, again] = await keys()
  expect(again).not.toBe(refused)
})

test('an onboarding ends with a customer who is verified and entitled, and the next one is another write', async () => {
  const keys = await watchKeys('createCustomer', 0)
  const isOnboarded = () => document.querySelector('#onboarding ol')?.textContent?.includes('entitlements')
  await page.locator('#onboarding button').click()
  await page.waitForFunction(isOnboarded, { timeout: 30_000 })
  expect(await textOf('#onboarding ol')).toContain('KYC ACCEPTED, entitlements confirmed')
  await keep('outcomes')
  await page.locator('#onboarding button').click()
  await expect.poll(async () => new Set(await keys()).size, { timeout: 10_000 }).toBe(2)
  await page.waitForFunction(isOnboarded, { timeout: 30_000 })
})

test('an onboarding without an outcome keeps its key while its form is the same', async () => {
  const keys = await watchKeys('createCustomer', 3)
  const submit = async () => {
    await page.locator('#onboarding button').click()
    await page.waitForSelector('#onboarding [role=alert]', { timeout: 30_000 })
  }
  await submit()
  await submit()
  await page.locator('#onboarding input[name=firstName]').fill('Nils')
  await submit()
  const [nia, again, nils] = await keys()
  expect(again).toBe(nia)
  expect(nils).not.toBe(nia)
})
