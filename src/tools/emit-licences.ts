import { readFileSync } from 'node:fs'
import { emit } from './emit.js'
import { licencePage, type Lock, packagesOf, refusedLicences } from './licences.js'

/** Writes the page of third-party licences; with `--check` compares it with the committed one. Fails on a licence that is not allowed. */
const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as Lock
const packages = packagesOf(lock)
const refused = refusedLicences(packages)
for (const problem of refused) console.error(problem)
if (refused.length > 0) process.exitCode = 1
else emit('docs/third-party-licences.md', licencePage(packages), 'npm run licences')
