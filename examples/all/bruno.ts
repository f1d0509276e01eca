import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Graph } from './graph.js'
import { ROOT, run } from './program.js'

const FOLDER = join(ROOT, 'examples/bruno')

/** Folders whose answers set variables for others. */
const FIRST = ['payee-check', 'entitle']

interface Answer {
  readonly name: string
  readonly request: { readonly data?: unknown }
  readonly response: { readonly status?: number | string; readonly data?: { readonly errors?: unknown } }
}

/** Sends every request of the collection; those that lack an id which no answer has set are counted apart. */
export async function bruno({ url }: Graph, out: string): Promise<string> {
  await run('npm ci --ignore-scripts --no-audit --no-fund', FOLDER)
  const report = join(out, 'bruno.json')
  const folders = [...FIRST, ...(await run('ls -d */', FOLDER)).split('\n').map((name) => name.replace('/', ''))]
  const chosen = [...new Set(folders)].filter((name) => !['', 'environments', 'node_modules'].includes(name))
  await run(
    `npx bru run ${chosen.join(' ')} --env Development --env-var graph=${url} --reporter-json ${report}`,
    FOLDER,
  )
  const [{ results }] = JSON.parse(readFileSync(report, 'utf8')) as [{ results: readonly Answer[] }]
  const lacking = results.filter(({ request }) => JSON.stringify(request.data ?? '').includes('{{'))
  const failed = results.filter(
    (result) => !lacking.includes(result) && (result.response.status !== 200 || result.response.data?.errors),
  )
  if (failed.length > 0 || results.length === 0)
    throw new Error(
      `Requests failed:\n${failed.map(({ name, response }) => `${name} ${JSON.stringify(response)}`).join('\n')}`,
    )
  const names = lacking.map(({ name }) => name).join(', ')
  return `${results.length - lacking.length} of ${results.length} requests answer data${names && `; ids by hand: ${names}`}`
}
