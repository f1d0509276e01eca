/** How an endpoint reports errors: old endpoints answer 400 where new ones answer 401 or 404. */
export type Style = 'new' | 'old'

export const NOT_LOGGED_IN = 'OBP-20001: User not logged in. Authentication is required!'

/** Statuses that follow from a message that contains one of these codes, wherever it stands: also in an id that it repeats. */
const STATUS_OF_CODE: readonly (readonly [RegExp, number])[] = [
  [/OBP-20001/, 401],
  [/OBP-(20006|20017|20023|20101)/, 403],
  [/OBP-01000/, 408],
  [/OBP-10018/, 429],
]

/** An error response in the provider's form; the same message comes with different statuses. */
export class ResponseError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = STATUS_OF_CODE.find(([code]) => code.test(message))?.[1] ?? status
  }
}
