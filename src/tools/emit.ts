import { readFileSync, writeFileSync } from 'node:fs'

/** Writes an emitted file of this repository; with `--check` ends with 1 when the committed one differs. */
export function emit(path: string, text: string, command: string): void {
  const file = new URL(`../../${path}`, import.meta.url)
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is not current: run ${command} and commit it.`)
    process.exitCode = 1
  }
}
