import { readFileSync } from 'node:fs'
import { emit } from './emit.js'
import { FOLDER_LOCKFILES, licencePage, type Lock, packagesOf, refusedInFolder, refusedLicences } from './licences.js'

const read = (path: string): Lock => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')) as Lock

/** Writes the page of third-party licences; with `--check` compares it with the committed one. Fails on a licence that is not allowed. */
const packages = packagesOf(read('package-lock.json'))
const folders = FOLDER_LOCKFILES.map(read)
const refused = [
  ...refusedLicences(packages),
  ...FOLDER_LOCKFILES.flatMap((path, i) => refusedInFolder(path, folders[i]!)),
]
for (const problem of refused) console.error(problem)
if (refused.length > 0) process.exitCode = 1
else emit('docs/third-party-licences.md', licencePage(packages, folders), 'npm run licences')
