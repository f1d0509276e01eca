#!/bin/sh
# Checks compose.yaml against the schema of the Compose Specification, which is in the Go module of its reference loader.
set -eu
cd "$(dirname "$0")/../.."
module=github.com/compose-spec/compose-go/v2@v2.9.1
folder=$(cd "$(mktemp -d)" && go mod download -json "$module" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
node --input-type=module - "$folder/schema/compose-spec.json" <<'END'
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { parse } from 'yaml'
const { $schema, ...schema } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const ajv = new Ajv({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addFormat('duration', true)
const isValid = ajv.validate(schema, parse(readFileSync('deploy/compose.yaml', 'utf8'), { merge: true }))
console.log(isValid ? 'compose.yaml is valid' : ajv.errorsText())
process.exit(isValid ? 0 : 1)
END
