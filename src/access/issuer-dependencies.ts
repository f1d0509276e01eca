import type { Dependencies, DependencyName } from '../observability/dependencies.js'
import type { IssuerPart, IssuerReports } from './issuers.js'
import type { TokenConfig } from './token-settings.js'

const nameOf = (part: IssuerPart): DependencyName =>
  part === 'introspection' ? part : part === 0 ? 'issuer' : `issuer ${part + 1}`

/** The dependencies of a server with these issuers. */
export const dependenciesOf = ({ issuers }: TokenConfig): readonly DependencyName[] => [
  'store',
  'audit',
  ...issuers.flatMap(({ keys }, index) => (keys === undefined ? [] : [nameOf(index)])),
]

/**
 * Reports issuers as dependencies. Without the keys of the first, the server is not ready; while those of another or the
 * introspection endpoint fail, it goes on for the callers of the others.
 */
export const reportIssuers = (dependencies: Dependencies): IssuerReports => ({
  report: (part, cause, isUsable) => dependencies.report(nameOf(part), cause, isUsable || part !== 0),
  gone: (part) => dependencies.forget(nameOf(part)),
})
