/**
 * Answers of a list, each by itself: one that failed is an Error at its place. A list that is a promise of values keeps
 * its order whichever executor reads it; one of promises does not.
 */
export const settled = <Value>(answers: readonly Promise<Value>[]): Promise<(Value | Error)[]> =>
  Promise.all(
    answers.map((answer) => answer.catch((error: unknown) => (error instanceof Error ? error : new Error('failed')))),
  )
