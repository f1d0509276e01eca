import { randomBytes } from 'node:crypto'
import { sharedKeys } from '../../src/keys/data-keys.js'
import { KeyHolder } from '../../src/keys/key-holder.js'
import { StoreCipher } from '../../src/store/cipher.js'

/** The cipher of a `STORE_ENCRYPTION_KEY`. */
export const cipherOf = (secrets: readonly Buffer[]): StoreCipher => new StoreCipher(sharedKeys(secrets))

/** The keys of a process, those of a `STORE_ENCRYPTION_KEY`. */
export const keysOf = (secrets: readonly Buffer[] = [randomBytes(32)]): KeyHolder => new KeyHolder(sharedKeys(secrets))
