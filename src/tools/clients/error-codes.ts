import { ERROR_CODES } from '../../../datasources/contract/error-codes.js'

const sorted = Object.entries(ERROR_CODES).sort(([a], [b]) => (a < b ? -1 : 1))

/** The module of error codes of the TypeScript client. */
export const typescriptErrorCodes = (): string => `/** The values of \`extensions.code\`. */
export type ErrorCode =
${sorted.map(([code, { meaning }]) => `  /** ${meaning} */\n  | '${code}'`).join('\n')}

/** Every value of \`extensions.code\` that this version of the package knows. */
export const ERROR_CODES = [
${sorted.map(([code]) => `  '${code}',`).join('\n')}
] as const satisfies readonly ErrorCode[]
`

/** The module of error codes of the Python client. */
export const pythonErrorCodes = (): string => `"""The values of \`\`extensions.code\`\`."""

from enum import StrEnum


class ErrorCode(StrEnum):
    """What went wrong. The server may add values; an unknown one is a plain text."""

${sorted.map(([code, { meaning }]) => `    ${code} = "${code}"\n    """${meaning}"""`).join('\n')}
`
