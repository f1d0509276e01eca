import { openReplica } from './replica.js'

// A replica of the storm, which is killed: it delivers until then.
const [url, encryptionKey] = process.argv.slice(2)
await openReplica(url!, encryptionKey!)
process.stdout.write('ready\n')
