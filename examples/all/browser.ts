import { execFileSync } from 'node:child_process'
import puppeteer, { type Browser } from 'puppeteer-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

function chromium(): string {
  if (process.env['CHROMIUM']) return process.env['CHROMIUM']
  for (const name of NAMES)
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim()
    } catch {
      // The next name.
    }
  throw new Error(`The pages need Chromium on the PATH: ${NAMES.join(', ')}. CHROMIUM names another program.`)
}

export const openBrowser = (): Promise<Browser> =>
  puppeteer.launch({
    executablePath: chromium(),
    defaultViewport: { width: 1280, height: 860 },
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
