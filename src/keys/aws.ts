import { AwsV4Signer } from 'aws4fetch'
import { readFile } from 'node:fs/promises'
import { NO_PROXIES } from '../../datasources/http/proxy.js'
import { objectOf, requestService, type ServiceAccess, textOf } from './key-service.js'

/** Credentials of AWS. */
interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** Where credentials come from: settings, or the credentials endpoint of a container (ECS, EKS Pod Identity). */
export type AwsCredentialSource =
  AwsCredentials | { readonly endpoint: string; readonly authorizationFile: string | undefined }

export interface AwsAccess extends ServiceAccess {
  readonly region: string
  readonly credentials: AwsCredentialSource
  readonly kmsUrl: string
}

interface AwsRequest {
  readonly service: 'kms' | 's3'
  readonly method: 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Reads the credentials; those of an endpoint are temporary, so they are read for each request. The endpoint is one of the
 * machine: no proxy reaches it, and none may see credentials.
 */
async function credentialsOf({ credentials }: AwsAccess): Promise<AwsCredentials> {
  if ('accessKeyId' in credentials) return credentials
  const { endpoint, authorizationFile } = credentials
  const authorization = authorizationFile === undefined ? undefined : (await readFile(authorizationFile, 'utf8')).trim()
  const answer = objectOf(
    await requestService(
      new URL(endpoint),
      { method: 'GET', headers: { accept: 'application/json', ...(authorization && { authorization }) } },
      { proxies: NO_PROXIES },
    ),
  )
  return {
    accessKeyId: textOf(answer['AccessKeyId']),
    secretAccessKey: textOf(answer['SecretAccessKey']),
    sessionToken: textOf(answer['Token']),
  }
}

/** Sends a request to AWS, signed with Signature Version 4. */
export async function requestAws(url: URL, { service, method, headers, body }: AwsRequest, access: AwsAccess) {
  const { region } = access
  const signer = new AwsV4Signer({
    ...(await credentialsOf(access)),
    url: url.href,
    method,
    headers: { ...headers },
    body,
    service,
    region,
  })
  const signed = await signer.sign()
  return requestService(url, { method, headers: Object.fromEntries(signed.headers), body }, access)
}

/** Calls an action of AWS KMS (JSON protocol 1.1) with a key: its id, ARN or alias. */
export async function callKms(access: AwsAccess, keyId: string, action: 'Encrypt' | 'Decrypt' | 'Sign', input: object) {
  const response = await requestAws(
    new URL(`${access.kmsUrl}/`),
    {
      service: 'kms',
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${action}` },
      body: JSON.stringify({ KeyId: keyId, ...input }),
    },
    access,
  )
  return objectOf(response)
}
