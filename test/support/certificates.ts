import { generate } from 'selfsigned'

/** A certificate with its private key, in PEM. */
export interface Signed {
  readonly cert: string
  readonly key: string
}

/** A certificate authority. */
export async function authority(name: string): Promise<Signed> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true },
    ],
  })
  return { cert, key }
}

/** A certificate of an authority for servers on this machine, and for clients. */
export async function certificate(name: string, ca: Signed): Promise<Signed> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { cert, key }
}
