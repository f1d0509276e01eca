import { type DefaultTheme, defineConfig } from 'vitepress'
import { writeContent } from '../source/content.js'
import { checkLinks } from '../source/links.js'
import { writeTexts } from '../source/llms.js'
import { contentName, withPlainCode } from '../source/markdown.js'
import { type Page, readNavigation } from '../source/navigation.js'
import { REFERENCE } from '../source/reference/pages.js'
import { slugify } from '../source/slug.js'

const groups = readNavigation()
writeContent(groups)

const linkOf = (file: string): string =>
  `/${contentName(file)
    .replace(/(^|\/)index\.md$/, '$1')
    .replace(/\.md$/, '')}`

const itemOf = ({ title, file, pages }: Page): DefaultTheme.SidebarItem => ({
  text: title,
  link: linkOf(file),
  ...(pages.length > 0 && { collapsed: true, items: pages.map(itemOf) }),
})

const all = [...groups.slice(0, 2), REFERENCE, ...groups.slice(2)]

export default defineConfig({
  lang: 'en',
  title: 'kyc-graph',
  description: 'One GraphQL API over the REST providers that a bank uses to know its customers.',
  srcDir: 'dist/content',
  outDir: 'dist/site',
  cacheDir: 'dist/cache',
  markdown: {
    anchor: { slugify },
    toc: { slugify },
    languageAlias: { promql: 'sql' },
  },
  themeConfig: {
    search: {
      provider: 'local',
      // The index needs the words of code and no colours.
      options: { _render: (text, env, markdown) => markdown.render(withPlainCode(text), env) },
    },
    nav: all.slice(0, 3).map(({ title, pages }) => ({ text: title, link: linkOf(pages[0]!.file) })),
    sidebar: all.map(({ title, pages }) => ({ text: title, collapsed: false, items: pages.map(itemOf) })),
    outline: [2, 3],
    externalLinkIcon: true,
  },
  buildEnd({ outDir }) {
    writeTexts(all, outDir)
    checkLinks(outDir)
  },
})
