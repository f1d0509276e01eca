/** The promised operations: their documents as text, with the types of their results and variables. */
export * from './generated/documents.js'
export type * from './generated/types.js'
