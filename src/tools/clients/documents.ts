import type { Manifest } from '../../graphql/safelist.js'

type PromisedOperation = Manifest['operations'][number]

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** One document; its text is that of the persisted query manifest, so a server that enforces its safelist accepts it. */
function documentOf({ name, type, body }: PromisedOperation): string {
  const result = `${name}${capitalised(type)}`
  return `export const ${name}Document = /* @__PURE__ */ new TypedDocumentString<
  types.${result},
  types.${result}Variables
>(\`${body}\`)
`
}

/** The module of typed documents of the TypeScript client. */
export const documentsModule = (operations: readonly PromisedOperation[]): string =>
  `import { TypedDocumentString } from '../typed-document.js'
import type * as types from './types.js'

${operations.map(documentOf).join('\n')}`
