import { readFileSync } from 'node:fs'

/** This server's schema without the directives that only a subgraph understands. */
export const typeDefs = `directive @key(fields: String!) repeatable on OBJECT
directive @shareable on OBJECT | FIELD_DEFINITION
${readFileSync(new URL('../schema/schema.graphql', import.meta.url), 'utf8')
  .replace(/^extend schema\n.*\n/m, '')
  .replace(/@cost\([^)]*\)|@listSize\([^)]*\)|@(?:requiresScopes|authenticated)(?:\((?:[^()]|\([^()]*\))*\))?/g, '')}`
