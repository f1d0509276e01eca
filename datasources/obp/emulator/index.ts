import { BANK, OTHER_BANK } from '../../emulator/people.js'
import { type EmulatorOptions, runEmulator } from '../../emulator/run.js'
import { createApi, problem } from './api.js'
import { Customers } from './customers.js'
import { Definitions } from './definitions.js'
import { Engagement } from './engagement.js'
import { entitlementRoutes } from './entitlements.js'
import { Habits } from './habits.js'
import { Kyc } from './kyc.js'
import { Links } from './links.js'
import { Onboarding } from './onboarding.js'
import { Records } from './records.js'
import { Updates } from './updates.js'
import { Users } from './users.js'

/** Starts the emulator of the Open Bank Project: state in memory, the test persons as customers of two banks and as users. */
export const start = (options: EmulatorOptions) => {
  const habits = new Habits()
  const users = new Users(options.jwksUrl, habits)
  const customers = new Customers(habits)
  const kyc = new Kyc(customers, habits)
  const records = new Records(customers)
  const updates = new Updates(customers)
  const links = new Links(users, customers)
  const definitions = new Definitions()
  const onboarding = new Onboarding(users)
  const engagement = new Engagement(users, customers)
  return runEmulator(
    {
      problem,
      quirks: habits.quirks,
      settings: (url) => ({
        OBP_URL: url,
        OBP_BANK_ID: BANK,
        OBP_USERNAME: users.service.username,
        OBP_PASSWORD: users.service.password,
        OBP_CONSUMER_KEY: users.service.consumerKey,
        OBP_USER_TOKEN: 'forward',
      }),
      routes(root) {
        // Expires every token at once; at the provider they expire after weeks.
        root.delete('/__emulator/tokens', (_request, reply) => {
          users.expireTokens()
          return reply.code(204).send()
        })
        root.post<{ Body: { count: number; lastOkDate?: string } }>('/__emulator/crowd', (request, reply) => {
          customers.crowd(request.body.count, request.body.lastOkDate)
          return reply.code(204).send()
        })
        root.post<{ Body: { release?: unknown } }>('/__emulator/release', (request, reply) =>
          habits.become(request.body.release)
            ? reply.code(204).send()
            : reply.code(400).send({ message: 'release is 2020-10, 2023-04 or 2024-10' }),
        )
        // The server itself states the version of its API and a commit, no date.
        root.get('/obp/:version/root', (request) => ({
          version: (request.params as { version: string }).version,
          version_status: habits.since('2023-04') ? 'STABLE' : 'BLEEDING-EDGE',
          git_commit: `emulated-${habits.release}`,
        }))
        void root.register((app, _options, done) => {
          const api = createApi(app, { users, habits, banks: new Set([BANK, OTHER_BANK]) })
          customers.routes(api)
          kyc.routes(api)
          records.routes(api)
          updates.routes(api)
          links.routes(api)
          definitions.routes(api)
          onboarding.routes(api)
          engagement.routes(api)
          entitlementRoutes(api, [BANK, OTHER_BANK])
          done()
        })
      },
    },
    options,
  )
}
