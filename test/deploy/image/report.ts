import type { ImageConfig } from './rootfs.js'
import type { Start } from './starts.js'

/** What was looked at, and whether it is as it must be. */
export interface Check {
  readonly what: string
  readonly seen: string
  readonly holds: boolean
}

interface Findings {
  readonly config: ImageConfig
  readonly parts: readonly { readonly name: string; readonly count: number; readonly bytes: number }[]
  readonly checks: readonly Check[]
  readonly starts: readonly Start[]
}

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n')
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

/** The report on an image, in Markdown. */
export function page({ config, parts, checks, starts }: Findings): string {
  const total = parts.reduce((sum, { count, bytes }) => ({ count: sum.count + count, bytes: sum.bytes + bytes }), {
    count: 0,
    bytes: 0,
  })
  return `# The image

Written by \`npm run image\`, which builds [deploy/Dockerfile](../Dockerfile) with buildah in a chroot, on base images of the distribution's packages and the Node binary of npm's registry, and runs what it has built on a read-only root as process 1 of a namespace. The sizes are those of this base; on \`debian:bookworm-slim\` the base is about 65 MB larger.

## Files

${table(
  ['part', 'files', 'MB'],
  [...parts, { name: 'all', ...total }].map(({ name, count, bytes }) => [name, String(count), megabytes(bytes)]),
)}

## Configuration

${table(
  ['what', 'value'],
  [
    ['user', `\`${config.User}\``],
    ['entry point', `\`${JSON.stringify(config.Entrypoint)}\``],
    ['health check', `\`${JSON.stringify(config.Healthcheck.Test)}\``],
    ['ports', Object.keys(config.ExposedPorts).sort().join(', ')],
    [
      'settings',
      config.Env.filter((line) => !line.startsWith('PATH='))
        .map((line) => `\`${line}\``)
        .join(', '),
    ],
    [
      'labels',
      Object.keys(config.Labels)
        .sort()
        .map((name) => `\`${name}\``)
        .join(', '),
    ],
  ],
)}

## Checks

${table(
  ['check', 'seen', ''],
  checks.map(({ what, seen, holds }) => [what, seen, holds ? 'holds' : '**broken**']),
)}

## Time to the first answer

From the start of the process to the answer to an operation with a verified token; medians of one run in which the kinds took turns. The ratios compare machines better than the times.

${table(
  ['start', 'ms', 'times `node -e 0`'],
  starts.map(({ name, ms, ratio }) => [name, ms.toFixed(0), ratio.toFixed(1)]),
)}
`
}
