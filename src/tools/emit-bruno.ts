import { mkdirSync } from 'node:fs'
import { PERSONAS } from '../dev/personas.js'
import { requestFiles } from './bruno/requests.js'
import { emit } from './emit.js'

/** Writes the Bruno collection of `examples/bruno`; with `--check` compares it with the committed one. */
const FOLDER = 'examples/bruno'
const [ops] = PERSONAS

const COLLECTION = `auth {
  mode: oauth2
}

auth:oauth2 {
  grant_type: client_credentials
  access_token_url: {{graph}}/oauth/token
  client_id: {{client}}
  client_secret:
  scope: {{scope}}
  credentials_placement: body
  credentials_id: credentials
  token_placement: header
  token_header_prefix: Bearer
  auto_fetch_token: true
  auto_refresh_token: false
}
`

const ENVIRONMENT = `vars {
  graph: http://127.0.0.1:4000
  client: ${ops!.client}
  scope: ${ops!.scopes.join(' ')}
  writeKey: bruno-1
}
`

const SETTINGS = `{
  "version": "1",
  "name": "kyc-graph",
  "type": "collection",
  "ignore": ["node_modules", ".git"]
}
`

const files = [
  { path: 'bruno.json', text: SETTINGS },
  { path: 'collection.bru', text: COLLECTION },
  { path: 'environments/Development.bru', text: ENVIRONMENT },
  ...requestFiles(),
]

for (const { path, text } of files) {
  const file = `${FOLDER}/${path}`
  if (!process.argv.includes('--check'))
    mkdirSync(new URL(`../../${file.slice(0, file.lastIndexOf('/'))}`, import.meta.url), { recursive: true })
  emit(file, text, 'npm run bruno')
}
