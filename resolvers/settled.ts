/**
 * Settles the items of a list: a rejected item becomes an Error at its position, and leaves the others alone. It
 * returns one promise of values, because a list of promises does not keep its order with each executor.
 */
export const settled = <Value>(items: readonly Promise<Value>[]): Promise<(Value | Error)[]> =>
  Promise.all(
    items.map((item) => item.catch((error: unknown) => (error instanceof Error ? error : new Error('failed')))),
  )
