// Runs each command that emits a file, in one process: with `--check` it compares all of them with the committed files.
import './emit-schema.js'
import './check-breaking.js'
import './emit-safelist.js'
import './emit-settings.js'
import './emit-scopes.js'
import './emit-metrics.js'
import './emit-licences.js'
import './emit-data-map.js'
