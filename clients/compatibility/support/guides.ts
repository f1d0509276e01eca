import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './scratch.js'

/** The code that a guide shows in these languages; a comment in its first line names its file. */
export function guideCode(
  guide: string,
  languages: readonly string[],
): readonly { readonly file: string | undefined; readonly code: string }[] {
  const page = readFileSync(join(ROOT, 'docs/guides', `${guide}.md`), 'utf8')
  const blocks = [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
  return blocks
    .filter(([, language]) => languages.includes(language!))
    .map(([, , code]) => ({ file: /^\/\/ (\S+\.tsx?)$/m.exec(code!)?.[1], code: code! }))
}
