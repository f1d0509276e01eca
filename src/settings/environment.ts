import type { Env } from './settings-reader.js'

/** The environment. `process.env` is read here only. */
export const environment = (): Env => process.env
