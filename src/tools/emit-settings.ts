import { readFileSync } from 'node:fs'
import { settingGroups } from '../config.js'
import { emit } from './emit.js'
import { settingsSchema } from './settings-schema.js'
import { envExample, settingTables, withSettingTables } from './settings.js'

/** Writes the documentation of the settings; with `--check` compares it with the committed files. */
const page = 'docs/configuration.md'
const prose = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
emit(page, withSettingTables(prose, settingTables(settingGroups)), 'npm run settings')
emit('.env.example', envExample(settingGroups), 'npm run settings')
emit('docs/settings.schema.json', settingsSchema(settingGroups), 'npm run settings')
