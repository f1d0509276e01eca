import { readdirSync } from 'node:fs'
import { basename, dirname, join, parse } from 'node:path'

/** The trail's file of one worker. A line that one process tears must not spoil another's, so each has a file of its own. */
export function workerFile(path: string, worker: number): string {
  const { dir, name, ext } = parse(path)
  return join(dir, `${name}.worker-${worker}${ext}`)
}

/** The files that hold the trail of `path`: its own, and those of workers. */
export function trailFiles(path: string): readonly string[] {
  const { name, ext } = parse(path)
  const isWorkers = (file: string) =>
    file.startsWith(`${name}.worker-`) &&
    file.endsWith(ext) &&
    /^\d+$/.test(file.slice(`${name}.worker-`.length, file.length - ext.length))
  const files = readdirSync(dirname(path)).filter((file) => file === basename(path) || isWorkers(file))
  return files.length > 0 ? files.map((file) => join(dirname(path), file)) : [path]
}
