/** Sends an operation to the server and answers its data; throws for an error, which names what was asked for. */
export async function send<Data>(
  url: string,
  { token, what, query, variables }: { token: string; what: string; query: string; variables: object },
): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] }
  if (!data || errors)
    throw new Error(`${what} could not be created: ${errors?.map(({ message }) => message).join(' ')}`)
  return data
}
