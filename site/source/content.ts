import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { withDiagrams } from './diagrams.js'
import { contentName, forSite } from './markdown.js'
import { assertComplete, flatten, type Group } from './navigation.js'
import { CONTENT, DOCS, REPOSITORY } from './paths.js'
import { referencePages } from './reference/pages.js'

const HOME = `---
layout: home
title: Documentation
hero:
  name: kyc-graph
  text: Know your customers through one graph
  tagline: One GraphQL API over Open Bank Project, Synctera, Apiture, SEI and Banfico
  actions:
    - { theme: brand, text: First query, link: /first-query }
    - { theme: alt, text: Onboarding, link: /onboarding }
    - { theme: alt, text: Schema, link: /reference/ }
    - { theme: alt, text: Errors, link: /errors }
---

`

function write(file: string, text: string): void {
  mkdirSync(dirname(join(CONTENT, file)), { recursive: true })
  writeFileSync(join(CONTENT, file), text)
}

/** Copies an image of the repository; answers its address on the site. */
function takeAsset(path: string): string {
  cpSync(join(REPOSITORY, path), join(CONTENT, 'public/images', basename(path)))
  return `/images/${basename(path)}`
}

/** Writes what VitePress reads: the pages of `docs/`, the home page and the reference of the schema. */
export function writeContent(groups: readonly Group[]): void {
  assertComplete(groups, DOCS)
  rmSync(CONTENT, { recursive: true, force: true })
  cpSync(join(DOCS, 'images'), join(CONTENT, 'images'), { recursive: true })
  for (const file of ['README.md', ...flatten(groups).map((page) => page.file)]) {
    const text = forSite(readFileSync(join(DOCS, file), 'utf8'), file, takeAsset)
    write(contentName(file), (file === 'README.md' ? HOME : '') + withDiagrams(text))
  }
  for (const { file, text } of referencePages()) write(file, text)
}
