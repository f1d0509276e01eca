import { objectOf, requestService, type ServiceAccess, textOf } from './key-service.js'

/** A key of the Transit secrets engine of HashiCorp Vault, or of OpenBao. */
export interface VaultKey extends ServiceAccess {
  readonly url: string
  readonly token: string
  readonly namespace: string | undefined
  /** Path of the secrets engine. */
  readonly mount: string
  readonly key: string
}

/** Calls an operation of the Transit engine with the key, and returns the `data` of its answer. */
export async function callTransit(
  { url, token, namespace, mount, key, ...access }: VaultKey,
  operation: 'encrypt' | 'decrypt' | 'sign',
  input: object,
): Promise<Readonly<Record<string, unknown>>> {
  const path = `/v1/${mount}/${operation}/${encodeURIComponent(key)}`
  const response = await requestService(
    new URL(`${url}${path}`),
    {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-vault-request': 'true',
        'x-vault-token': token,
        ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
      },
      body: JSON.stringify(input),
    },
    access,
  )
  const { data } = objectOf(response)
  return typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {}
}

/** The part of a ciphertext or a signature after its prefix `vault:v<version>:`. */
export const withoutPrefix = (text: unknown): string => textOf(textOf(text).split(':')[2])
