import { KycProvider as Label } from '../../schema/shared.js'
import type { Provider } from '../contract/provider.js'
import { LoginGate } from '../http/login-gate.js'
import { clientCredentials, parseTokenUrl } from '../http/oauth.js'
import { mapTokenError } from '../http/token-cache.js'
import { challengeSource } from './challenge-source.js'
import { apitureCommands } from './commands.js'
import { SCOPE } from './contract.js'
import { apitureSource } from './datasource.js'
import { mapError } from './error-mapping.js'
import type { ApitureInstance } from './instance.js'
import { apitureQueries } from './queries.js'
import { LIMITS, type ApitureSettings, apitureSettings } from './settings.js'

/** Apiture: the account entitlements of banking customers. */
export const apiture = {
  name: 'apiture',
  label: Label.APITURE,
  title: 'Apiture',
  ...LIMITS,
  settings: apitureSettings,
  queries: apitureQueries,
  commands: apitureCommands,
  open({ url, tokenUrl, clientId, clientSecret, institutionId, factorPath, retentionSeconds }, deps): ApitureInstance {
    const { client: connect, drift } = deps
    const { origin, path } = parseTokenUrl(tokenUrl)
    const tokens = connect({ url: origin, mapError: mapTokenError })
    const gate = new LoginGate(deps, apiture, [tokenUrl, clientId, clientSecret])
    const credential = clientCredentials({ client: tokens, path, clientId, clientSecret, gate, scope: SCOPE })
    const client = connect({ url, credential, mapError })
    return {
      source: apitureSource(client, institutionId),
      challenges: challengeSource(client, factorPath, institutionId),
      drift,
      retentionSeconds,
      close: async () => void (await Promise.all([client.close(), tokens.close()])),
    }
  },
  emulator: () => import('./emulator/index.js'),
  probe: () => import('./probe.js'),
} satisfies Provider<ApitureSettings, ApitureInstance>
