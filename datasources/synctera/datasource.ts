import type { ProviderClient } from '../http/client.js'
import { disclosureSource } from './disclosure-source.js'
import { alertSource, subscriptionSource } from './monitoring-source.js'
import { personalIdSource, personSource } from './person-source.js'
import { syncteraRequests } from './requests.js'
import { checkSource, verificationSource } from './verification-source.js'

/** Synctera's endpoints, one method each, in Synctera's words. */
export function syncteraSource(client: ProviderClient) {
  const requests = syncteraRequests(client)
  return {
    ...personSource(requests),
    ...personalIdSource(requests),
    ...checkSource(requests),
    ...verificationSource(requests),
    ...disclosureSource(requests),
    ...subscriptionSource(requests),
    ...alertSource(requests),
  }
}

export type SyncteraSource = ReturnType<typeof syncteraSource>
