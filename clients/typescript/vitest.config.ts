import { defineConfig } from 'vitest/config'

// All files share one server, whose faults are those of one test: one file runs at a time, whatever the environment says.
delete process.env['VITEST_MAX_WORKERS']

export default defineConfig({
  // graphql ships two builds; Node picks this one, and a second copy would not recognise the first one's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/server.ts'],
    // Generous: a busy machine makes a test slow, not wrong.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    isolate: false,
    fileParallelism: false,
  },
})
