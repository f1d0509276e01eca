import type { LogDestination } from './log.js'

/** Lines for people on stdout; rejects where the package `pino-pretty` is not installed, as in a production install. */
export async function prettyDestination(): Promise<LogDestination> {
  const { default: pretty } = await import('pino-pretty')
  return pretty({
    colorize: process.stdout.isTTY,
    sync: true,
    messageKey: 'message',
    levelKey: 'log\\.level',
    timestampKey: '@timestamp',
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'ecs\\.version,service\\.name',
    singleLine: true,
  })
}
