import { defineConfig } from 'vitest/config'

export default defineConfig({
  // graphql ships two builds; Node picks this one, and a second copy would not recognise the first one's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/temporary-folder.ts', 'test/support/redis.ts', 'test/support/build.ts'],
    setupFiles: ['test/support/cleanup.ts'],
    // Generous: a busy machine makes a test slow, not wrong.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    // Most of the time tests wait for a timeout or a provider, so there is room for twice as many as a small machine has cores.
    maxWorkers: 4,
    // Files share what a worker has loaded; each starts servers of its own and shares nothing else.
    isolate: false,
  },
})
