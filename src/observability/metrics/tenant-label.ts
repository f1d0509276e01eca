/** The label of a tenant, only where a deployment has tenants: its values are the ids of `TENANTS_FILE`. */
export interface TenantLabel {
  readonly labels: Readonly<Record<string, string>>
  readonly of: (tenant: string | undefined) => { readonly tenant?: string }
}

export const tenantLabel = (hasTenants: boolean): TenantLabel =>
  hasTenants
    ? { labels: { tenant: 'id of the tenant' }, of: (tenant) => ({ tenant: tenant! }) }
    : { labels: {}, of: () => ({}) }
