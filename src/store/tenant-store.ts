import type { Store, StoreKey } from '../../datasources/contract/store.js'

/**
 * The store as the rooms of one tenant see it: the tenant is a part of the key of each record, so that equal ids of two
 * tenants are two records. The records of keyed writes and the contexts of sealed values name the caller's tenant themselves,
 * and a hash is the same for all, so these pass as they are.
 */
export function tenantStore(store: Store, tenant: string): Store {
  const keyOf = ([namespace, ...parts]: StoreKey): StoreKey => [namespace, tenant, ...parts]
  return {
    ...store,
    traced: store.traced && ((trace) => tenantStore(store.traced!(trace), tenant)),
    get: (key) => store.get(keyOf(key)),
    set: (key, value, ttlSeconds, labels) => store.set(keyOf(key), value, ttlSeconds, labels),
    renew: (key, ttlSeconds) => store.renew(keyOf(key), ttlSeconds),
    update: (key, ttlSeconds, change, labels) => store.update(keyOf(key), ttlSeconds, change, labels),
  }
}
