import { isKycGraphError } from '@kyc-graph/client'

/** A failure in words for the user, by the code of the error. */
export function wordsFor(error: unknown): string {
  if (!isKycGraphError(error)) return error instanceof Error ? error.message : 'Something failed.'
  switch (error.code) {
    case 'OUTCOME_UNKNOWN':
      return error.next === 'REPEAT'
        ? 'Whether it was done is not known yet. Try again: it is never done twice.'
        : 'Whether it was done is not known. Look at the record before anything else.'
    case 'FORBIDDEN':
      return 'You may not do this.'
    case 'BAD_USER_INPUT':
      return Object.entries(error.extensions.fields ?? { input: [error.message] })
        .map(([member, rules]) => `${member.replace(/^input\./, '')} ${rules.join(', ')}`)
        .join('; ')
    default:
      return error.message
  }
}

export function Problem({ error }: { readonly error: unknown }) {
  return error === undefined ? null : <p role="alert">{wordsFor(error)}</p>
}
