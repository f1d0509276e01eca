import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT, scratchFolder } from './scratch.js'

const PAGE = readFileSync(join(ROOT, 'docs/client-caches.md'), 'utf8')

/** Runs the JavaScript that the page on client caches shows under a heading; answers the constants that it defines. */
export async function documented(heading: string, imports: string): Promise<Record<string, unknown>> {
  const section = PAGE.split(/^## /m).find((text) => text.startsWith(`${heading}\n`))
  const code = /^```js\n([^]*?)^```$/m.exec(section ?? '')?.[1]
  if (code === undefined) throw new Error(`docs/client-caches.md shows no JavaScript under "${heading}"`)
  const names = [...code.matchAll(/^const (\w+)/gm)].map(([, name]) => name)
  const file = join(scratchFolder(), 'documented.mjs')
  writeFileSync(file, `${imports}\n${code}\nexport { ${names.join(', ')} }\n`)
  return (await import(pathToFileURL(file).href)) as Record<string, unknown>
}
