import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bruno } from './bruno.js'
import { cleanClone } from './clean-clone.js'
import { type Graph, startGraph } from './graph.js'
import { onboardingCurl, onboardingPython, onboardingTypeScript } from './onboarding.js'
import { ROOT, run } from './program.js'

const USAGE = `npm run examples -- [--only NAME,NAME] [--out FOLDER]

Runs the examples against the server of development, and the commands of the README in a clean clone of what is committed.
Needs git, curl, Chromium and Python 3.11 or newer. The screenshots are kept in FOLDER. Exit code 1 when one fails.`

/** The tests of an example, in its folder. */
const tests =
  (folder: string) =>
  async (_graph: Graph, out: string): Promise<string> => {
    const printed = await run(
      'npm ci --ignore-scripts --no-audit --no-fund && npm test',
      join(ROOT, 'examples', folder),
      {
        SCREENSHOTS: out,
      },
    )
    return `tests: ${/Tests\s+(.*)/.exec(printed)?.[1]?.trim() ?? 'none'}`
  }

const EXAMPLES: Readonly<Record<string, (graph: Graph, out: string) => Promise<string>>> = {
  'clean-clone': (_graph, out) => cleanClone(out),
  react: tests('react'),
  'onboarding-curl': onboardingCurl,
  'onboarding-typescript': onboardingTypeScript,
  'onboarding-python': onboardingPython,
  'webhook-receiver': tests('webhook-receiver'),
  bruno,
  federation: tests('federation'),
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean', default: false } },
})
const chosen = values.only?.split(',') ?? Object.keys(EXAMPLES)
const unknown = chosen.filter((name) => !Object.hasOwn(EXAMPLES, name))
if (values.help || unknown.length > 0) {
  console.log(`${USAGE}\n\nNames: ${Object.keys(EXAMPLES).join(', ')}`)
  process.exit(unknown.length > 0 ? 1 : 0)
}
const out = resolve(ROOT, values.out ?? mkdtempSync(join(tmpdir(), 'kyc-graph-screenshots-')))
mkdirSync(out, { recursive: true })

const graph = await startGraph()
for (const name of chosen) {
  const begun = Date.now()
  const say = (word: string, text: string): void =>
    console.log(
      `${name.padEnd(22)} ${word.padEnd(6)} ${`${Math.round((Date.now() - begun) / 1_000)} s`.padStart(6)}  ${text}`,
    )
  try {
    say('ok', await EXAMPLES[name]!(graph, out))
  } catch (error) {
    process.exitCode = 1
    say('failed', error instanceof Error ? error.message : String(error))
  }
}
await graph.stop()
console.log(`Screenshots: ${out}`)
