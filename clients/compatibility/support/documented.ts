import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT, scratchFolder } from './scratch.js'

/** The first code in a language that a page of `docs/` shows under a heading. */
export function codeOf(page: string, heading: string, language: string): string {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8')
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))
  const code = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(section ?? '')?.[1]
  if (code === undefined) throw new Error(`docs/${page} shows no ${language} under "${heading}"`)
  return code
}

/** Runs the JavaScript that the page on client caches shows under a heading; answers the constants that it defines. */
export async function documented(heading: string, imports: string): Promise<Record<string, unknown>> {
  const code = codeOf('client-caches.md', heading, 'js')
  const names = [...code.matchAll(/^const (\w+)/gm)].map(([, name]) => name)
  const file = join(scratchFolder(), 'documented.mjs')
  writeFileSync(file, `${imports}\n${code}\nexport { ${names.join(', ')} }\n`)
  return (await import(pathToFileURL(file).href)) as Record<string, unknown>
}
