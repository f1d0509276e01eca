import { REQUIRED_ROLES } from '../roles.js'
import type { Api } from './api.js'

/** The user of the token with the roles that the user has, which belong to no operation of the graph. */
export function entitlementRoutes({ endpoint }: Pick<Api, 'endpoint'>, banks: readonly string[]): void {
  endpoint('GET', '/users/current', ({ user: { userId, username, may } }) => ({
    status: 200,
    body: {
      user_id: userId,
      email: '',
      provider_id: username,
      provider: 'emulator',
      username,
      entitlements: {
        list: REQUIRED_ROLES.filter(({ role }) => may(role)).flatMap(({ role, scope }) =>
          (scope === 'system' ? [''] : banks).map((bank) => ({
            entitlement_id: `${role}-${bank}`,
            role_name: role,
            bank_id: bank,
          })),
        ),
      },
      views: { list: [] },
    },
  }))
}
