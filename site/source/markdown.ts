import { dirname, join } from 'node:path'

/** A fence, a link or image, or a span of code; a link's text may hold spans. */
const PART = /^(```|~~~)[^]*?^\1$|(!?)\[((?:`[^`\n]*`|[^\][`\n])*)\]\(([^)\s]+)\)|`[^`\n]*`/gm

/** The page of an index is the page of its folder. */
const asPage = (path: string): string => path.replace(/(^|\/)README\.md$/, '$1index.md')

/** The name of a file of `docs/` on the site. */
export const contentName = (file: string): string => asPage(file)

/**
 * The Markdown of a page as the site shows it: a link to a file that is no page of `docs/` becomes the path of that file,
 * and an image there is taken along by `takeAsset`, which answers its address.
 */
export function forSite(text: string, file: string, takeAsset: (path: string) => string): string {
  return text.replace(PART, (all, _fence, mark: string | undefined, label: string, target: string | undefined) => {
    if (target === undefined || /^([a-z]+:|#)/.test(target)) return all
    const [path, anchor] = target.split('#') as [string, string | undefined]
    const inDocs = join(dirname(file), path)
    const isInside = !inDocs.startsWith('..')
    if (mark === '!') return isInside ? all : `![${label}](${takeAsset(join('docs', inDocs))})`
    if (isInside && path.endsWith('.md'))
      return `[${label}](${asPage(path)}${anchor === undefined ? '' : `#${anchor}`})`
    return label.startsWith('`') ? label : `${label} (\`${join('docs', inDocs)}\`)`
  })
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** The Markdown of a page with its code as plain text. */
export const withPlainCode = (text: string): string =>
  text.replace(
    /^```\w*\n([^]*?)^```$/gm,
    (_all, code: string) => `<pre>\n${code.replace(/[&<>]/g, (sign) => ENTITIES[sign]!)}</pre>`,
  )
