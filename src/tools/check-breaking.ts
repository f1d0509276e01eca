import { readdirSync, readFileSync } from 'node:fs'
import { type AcceptedBreak, breakingChanges, breakProblems } from './breaking-changes.js'

/** Compares `schema/schema.graphql` with the last released schema. Fails on a break that the reviewed list does not accept. */
const folder = new URL('../../schema/released/', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8')

const [last] = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
const changes = await breakingChanges(read(last!), read('../schema.graphql'))
const problems = breakProblems(changes, JSON.parse(read('accepted-breaks.json')) as AcceptedBreak[])
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
