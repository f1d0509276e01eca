import { KycProvider as Label } from '../../schema/shared.js'
import type { Provider } from '../contract/provider.js'
import { clientCredentials, parseTokenUrl } from '../http/oauth.js'
import { mapTokenError } from '../http/token-cache.js'
import { apitureCommands } from './commands.js'
import { SCOPE } from './contract.js'
import { apitureSource, mapError } from './datasource.js'
import type { ApitureInstance } from './instance.js'
import { apitureQueries } from './queries.js'

export interface ApitureSettings {
  readonly url: string
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** Sent where one client serves several institutions. */
  readonly institutionId: string | undefined
}

/** Apiture: the account entitlements of banking customers. */
export const apiture = {
  name: 'apiture',
  label: Label.APITURE,
  title: 'Apiture',
  maxConcurrency: 64,
  timeoutMs: 10_000,
  settings(settings): ApitureSettings {
    const institutionId = settings.optional(
      'APITURE_INSTITUTION_ID',
      'Institution to act for, when the client serves several: 2 to 8 capital letters, digits and underscores.',
    )
    if (institutionId !== undefined && !/^[A-Z0-9_]{2,8}$/.test(institutionId))
      settings.problem('APITURE_INSTITUTION_ID must be 2 to 8 capital letters, digits and underscores')
    return {
      url: settings.url('APITURE_URL', 'Base URL of Apiture.'),
      tokenUrl: settings.url('APITURE_TOKEN_URL', 'OAuth2 token endpoint of Apiture.'),
      clientId: settings.secret('APITURE_CLIENT_ID', 'OAuth2 client id for Apiture.'),
      clientSecret: settings.secret('APITURE_CLIENT_SECRET', 'OAuth2 client secret for Apiture.'),
      institutionId,
    }
  },
  queries: apitureQueries,
  commands: apitureCommands,
  open({ url, tokenUrl, clientId, clientSecret, institutionId }, { client: connect, drift }): ApitureInstance {
    const { origin, path } = parseTokenUrl(tokenUrl)
    const tokens = connect({ url: origin, mapError: mapTokenError })
    const credential = clientCredentials({ client: tokens, path, clientId, clientSecret, scope: SCOPE })
    const client = connect({ url, credential, mapError })
    return {
      source: apitureSource(client, institutionId),
      drift,
      close: async () => void (await Promise.all([client.close(), tokens.close()])),
    }
  },
  emulator: () => import('./emulator/index.js'),
  probe: () => import('./probe.js'),
} satisfies Provider<ApitureSettings, ApitureInstance>
