import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OfflineBrowser, startOfflineBrowser } from './support/browser.js'
import { removeScratch, scratchFolder } from './support/scratch.js'
import { server } from './support/server-client.js'

/** `npm run screenshots` keeps the pictures; without it they go with the test. */
const PICTURES = process.env['SCREENSHOTS'] ?? scratchFolder()
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

let offline: OfflineBrowser
let page: Page
/** The hosts that the pages asked for anything. */
const hosts = new Set<string>()
/** Errors that the pages wrote to the console, such as what their policy forbids. */
const complaints: string[] = []
beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true })
  offline = await startOfflineBrowser(server.url)
  page = await offline.browser.newPage()
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url())
    if (protocol !== 'data:') hosts.add(host)
  })
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.setViewport({ width: 1280, height: 800 })
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }])
})
afterAll(async () => {
  await offline.close()
  removeScratch()
})

const picture = (name: string) => page.screenshot({ path: join(PICTURES, name) as `${string}.png` })

/** What axe finds against WCAG 2.2 AA, each with the elements. */
async function violations(): Promise<string[]> {
  await page.evaluate(AXE)
  const found = (await page.evaluate(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })",
  )) as AxeResults
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${String(target)}`))
}

/** The answer that the explorer shows, once there is one. */
async function answer(): Promise<{ data?: unknown; errors?: unknown }> {
  const read = `(globalThis.__MONACO?.editor.getModels() ?? [])
    .find(({ uri }) => uri.path.includes('response'))?.getValue() ?? ''`
  await page.waitForFunction(`(${read}).trim().endsWith('}')`, { timeout: 30_000 })
  return JSON.parse((await page.evaluate(read)) as string) as { data?: unknown; errors?: unknown }
}

const press = (label: string) => page.locator(`button[aria-label^="${label}"]`).click()

/** Opens an example from the list and runs it as the persona. */
async function runAs(persona: string, example: string): Promise<{ data?: unknown; errors?: unknown }> {
  await page.select('.bar select', persona)
  await page.locator(`.examples ::-p-xpath(//button[text()="${example}"])`).click()
  await page.waitForFunction(
    `document.querySelector('[role=tab][aria-selected=true]')?.textContent.includes('${example}')`,
  )
  await press('Execute')
  return answer()
}

describe('the start page', () => {
  test('is accessible in both colour schemes, and fits a small screen', async () => {
    await page.setViewport({ width: 1280, height: 1100 })
    await page.goto(`${server.url}/`)
    expect(await violations()).toEqual([])
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }])
    expect(await violations()).toEqual([])
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }])
    await page.setViewport({ width: 360, height: 740 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    await page.setViewport({ width: 1280, height: 1100 })
  })

  test('shows the states of a payee check as they come, without a reload', async () => {
    await page.locator('#payee-check-form button').click()
    await page.waitForSelector('#payee-check-states li + li', { timeout: 30_000 })
    const states = await page.$$eval('#payee-check-states li', (rows) => rows.map((row) => row.textContent))
    expect(states).toEqual(['PENDING', 'COMPLETED: FULL_MATCH, account ACTIVE'])
    expect(await violations()).toEqual([])
    await picture('start-page.png')
    await page.setViewport({ width: 1280, height: 800 })
  })

  test('leads to the explorer, which runs the first query and shows its data', async () => {
    await page.locator('a.button').click()
    const { data, errors } = await answer()
    expect(errors).toBeUndefined()
    expect(data).toMatchObject({
      customer: { legalName: 'Ada Accepted', person: { verificationStatus: 'ACCEPTED' } },
      verificationResult: { account: { nameCheckStatus: 'FULL_MATCH' } },
    })
    await picture('explorer.png')
  })
})

describe('the explorer', () => {
  test.each([
    ['ops', 'CustomerPage', { customer: { legalName: 'Ada Accepted', email: 'ada.accepted@example.com' } }],
    ['partner', 'CustomersWithPersons', { customers: { nodes: expect.arrayContaining([]) as unknown[] } }],
    ['ada', 'PersonById', { person: { firstName: 'Ada', verificationStatus: 'ACCEPTED' } }],
    ['ops', 'PayeeCheckUpdates', { verificationResult: { state: 'COMPLETED' } }],
    ['ada', 'CheckPayee', { verifyAccount: { result: { account: { nameCheckStatus: 'FULL_MATCH' } } } }],
  ])('runs as %s the example %s', async (persona, example, expected) => {
    const { data, errors } = await runAs(persona, example)
    expect(errors).toBeUndefined()
    expect(data).toMatchObject(expected)
  })

  test('has the documentation of the schema, the builder of operations and the history', async () => {
    await press('Show Documentation Explorer')
    await page.waitForSelector('.graphiql-doc-explorer ::-p-text(Mutation)')
    await press('Show GraphiQL Explorer')
    await page.waitForSelector('.graphiql-explorer-root')
    await press('Show History')
    await page.waitForSelector('.graphiql-history-items ::-p-text(CheckPayee)')
  })
})

test('the start page draws the operations that the explorer ran', async () => {
  await expect
    .poll(
      async () => {
        await page.goto(`${server.url}/`)
        return page.$$eval('article', (articles) => articles.length)
      },
      { interval: 200, timeout: 20_000 },
    )
    .toBeGreaterThan(4)
  const longest = await page.evaluateHandle(() => {
    const spansOf = (article: Element): number => article.querySelectorAll('rect').length
    return [...document.querySelectorAll('article')]
      .filter((article) => article.querySelector('h3')!.textContent.trim().startsWith('query'))
      .sort((one, other) => spansOf(other) - spansOf(one))[0]!
  })
  expect(await longest.evaluate((article) => article.querySelectorAll('rect').length)).toBeGreaterThan(10)
  await longest.screenshot({ path: join(PICTURES, 'waterfall.png') })
})

test('no page asked for anything beyond this server, or complained', () => {
  expect([...hosts]).toEqual([new URL(server.url).host])
  expect(complaints).toEqual([])
})
