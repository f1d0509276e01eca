import { readFileSync, writeFileSync } from 'node:fs'

/** Writes a generated file of this repository; with `--check` sets exit code 1 when the committed file differs. */
export function emit(path: string, text: string, command: string): void {
  const file = new URL(`../../${path}`, import.meta.url)
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is not current: run ${command} and commit it.`)
    process.exitCode = 1
  }
}
