import { join } from 'node:path'
import type { Graph } from './graph.js'
import { ROOT, run, temporaryFolder } from './program.js'

/** Runs a command twice, as a user may: both runs must end with the same outcome. */
async function twice(command: string, folder: string, env: NodeJS.ProcessEnv, outcome: RegExp): Promise<string> {
  for (const time of ['first', 'second']) {
    const printed = await run(command, folder, env)
    if (!outcome.test(printed)) throw new Error(`The ${time} run of ${command} has another outcome:\n${printed}`)
  }
  return 'verified and entitled, twice with the same keys'
}

const folderOf = (name: string): string => join(ROOT, 'examples/onboarding', name)

export const onboardingCurl = ({ url, partner }: Graph): Promise<string> =>
  twice(
    'examples/onboarding/curl/onboard.sh',
    ROOT,
    { KYC_GRAPH_URL: url, PARTNER: partner },
    /"status":\s*"ACCEPTED"[^]*"confirmed":\s*true/,
  )

export async function onboardingTypeScript({ url }: Graph): Promise<string> {
  const folder = folderOf('typescript')
  await run('npm ci --ignore-scripts --no-audit --no-fund', folder)
  return twice('npm start', folder, { KYC_GRAPH_URL: url }, /kyc: 'ACCEPTED', isEntitled: true/)
}

export async function onboardingPython({ url }: Graph): Promise<string> {
  const venv = join(temporaryFolder(), 'venv')
  const folder = folderOf('python')
  await run(`python3 -m venv ${venv} && ${venv}/bin/pip install --quiet ../../../clients/python`, folder)
  const outcome = /KYC ACCEPTED, entitlements confirmed: True/
  return twice(`${venv}/bin/python onboard.py`, folder, { KYC_GRAPH_URL: url }, outcome)
}
