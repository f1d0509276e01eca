import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** What a page loads by itself, as opposed to what a reader follows. */
const LOADED =
  /<(?:script|img|iframe|source|video)\b[^>]*?\bsrc="([^"]+)"|<link\b(?![^>]*\brel="canonical")[^>]*?\bhref="([^"]+)"/g
const FOLLOWED = /<a\b[^>]*?\bhref="([^"]+)"/g
const ID = /\bid="([^"]+)"/g

const isElsewhere = (address: string): boolean => /^(https?:)?\/\//.test(address)

/** The HTML file that an address leads to. */
function fileOf(outDir: string, from: string, address: string): string {
  const path = decodeURI(address.split(/[?#]/, 1)[0]!)
  const target = path.startsWith('/') ? join(outDir, path) : path === '' ? from : join(dirname(from), path)
  return path.endsWith('/') ? join(target, 'index.html') : target
}

/** Fails where a page leads to a file or an anchor that is not there, or loads something from elsewhere. */
export function checkLinks(outDir: string): void {
  const files = readdirSync(outDir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html'))
    .map((file) => join(outDir, file))
  const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
  const ids = new Map(
    [...texts].map(([file, text]) => [file, new Set([...text.matchAll(ID)].map(([, id]) => id!))] as const),
  )
  const problems = [...texts].flatMap(([file, text]) => {
    const page = relative(outDir, file)
    const loaded = [...text.matchAll(LOADED)].map(([, script, link]) => (script ?? link)!)
    const followed = [...text.matchAll(FOLLOWED)].map(([, href]) => href!.replaceAll('&amp;', '&'))
    const broken = followed.filter((href) => {
      if (isElsewhere(href) || /^[a-z]+:/.test(href)) return false
      const target = fileOf(outDir, file, href)
      const anchor = href.split('#')[1]
      if (!existsSync(target)) return true
      return anchor !== undefined && anchor !== '' && ids.get(target)?.has(decodeURIComponent(anchor)) === false
    })
    return [
      ...loaded.filter(isElsewhere).map((address) => `${page} loads ${address}`),
      ...new Set(broken.map((href) => `${page} leads to ${href}, which is not there`)),
    ]
  })
  if (problems.length > 0) throw new Error(`The site is not sound:\n${problems.join('\n')}`)
}
