import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderMermaidSVG } from 'beautiful-mermaid'
import { CONTENT } from './paths.js'

const FENCE = /^```mermaid\n([^]*?)^```$/gm
const COLOURS = {
  light: { bg: '#ffffff', fg: '#1f2d3a', muted: '#3f4d5a', line: '#5b6b7a' },
  dark: { bg: '#1b1b1f', fg: '#ececec', muted: '#c3c7cc', line: '#8b949e' },
}

/** A diagram without the font that it would load from elsewhere. */
const draw = (source: string, scheme: keyof typeof COLOURS): string =>
  renderMermaidSVG(source, { ...COLOURS[scheme], transparent: true, font: 'Arial, Helvetica, sans-serif' }).replace(
    /@import url\([^)]*\);?/g,
    '',
  )

/** Draws the diagrams of a page, for a light and for a dark page. */
export function withDiagrams(text: string): string {
  return text.replace(FENCE, (_all, source: string) => {
    const name = createHash('sha256').update(source).digest('hex').slice(0, 12)
    const folder = join(CONTENT, 'public/diagrams')
    mkdirSync(folder, { recursive: true })
    const images = (['light', 'dark'] as const).map((scheme) => {
      writeFileSync(join(folder, `${name}-${scheme}.svg`), draw(source, scheme))
      return `<img class="diagram ${scheme}" src="/diagrams/${name}-${scheme}.svg" alt="Diagram; its source is below">`
    })
    return `${images.join('\n')}\n\n::: details Source of the diagram\n\`\`\`txt\n${source}\`\`\`\n:::`
  })
}
