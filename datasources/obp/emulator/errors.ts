/** How an endpoint reports errors: old endpoints answer 400 where new ones answer 401 or 404. */
export type Style = 'new' | 'old'

export const NOT_LOGGED_IN = 'OBP-20001: User not logged in. Authentication is required!'

/** An error response in the provider's form; the same message comes with different statuses. */
export class ResponseError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}
