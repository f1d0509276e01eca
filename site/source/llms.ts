import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { contentName } from './markdown.js'
import { flatten, type Group } from './navigation.js'
import { CONTENT } from './paths.js'

const HEAD = `# kyc-graph

> One GraphQL API over the REST providers that a bank or fintech uses to know its customers: Open Bank Project, Synctera, Apiture, SEI and Banfico.
`

/** Writes the pages as Markdown, the index of them for language models (https://llmstxt.org), and all of them in one file. */
export function writeTexts(groups: readonly Group[], outDir: string): void {
  const pages = flatten(groups).map((page) => {
    const name = contentName(page.file)
    return { ...page, name, text: readFileSync(join(CONTENT, name), 'utf8') }
  })
  for (const { name, text } of pages) {
    mkdirSync(dirname(join(outDir, name)), { recursive: true })
    writeFileSync(join(outDir, name), text)
  }
  const index = groups.map(
    (group) =>
      `\n## ${group.title}\n\n${flatten([group])
        .map(({ title, file, topic }) => `- [${title}](/${contentName(file)}): ${topic}`)
        .join('\n')}\n`,
  )
  writeFileSync(join(outDir, 'llms.txt'), HEAD + index.join(''))
  const whole = pages.map(({ name, text }) => `\n<!-- ${name} -->\n\n${text}`)
  writeFileSync(join(outDir, 'llms-full.txt'), HEAD + whole.join(''))
}
