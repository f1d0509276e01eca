/** Where something personal must not be. */
export interface Place {
  readonly name: string
  readonly text: string
}

/** A value as it may be written down: as it is, in any case, in an address, without its signs, in base64 or hex. */
export const forms = (value: string): string[] => {
  const bare = value.replace(/[^\p{L}\p{N}]/gu, '')
  return [
    ...new Set(
      [
        value,
        encodeURIComponent(value),
        ...(bare.length >= 9 ? [bare] : []),
        Buffer.from(value).toString('base64').replace(/=+$/, ''),
        Buffer.from(value).toString('hex'),
      ].map((form) => form.toLowerCase()),
    ),
  ]
}

/** Which values are where. */
export function search(values: readonly string[], places: readonly Place[]): string[] {
  const looked = places.map(({ name, text }) => ({ name, text: text.toLowerCase() }))
  return values.flatMap((value) =>
    looked
      .filter(({ text }) => forms(value).some((form) => text.includes(form)))
      .map(({ name }) => `${value} is in ${name}`),
  )
}
