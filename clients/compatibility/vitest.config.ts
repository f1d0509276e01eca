import { defineConfig } from 'vitest/config'

export default defineConfig({
  // graphql ships two builds; Node picks this one, and a second copy would not recognise the first one's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['*.test.ts'],
    globalSetup: ['support/server.ts'],
    // Generous: a busy machine makes a test slow, not wrong.
    testTimeout: 240_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    isolate: false,
    // All files share one server, and some write to the records that others compare.
    fileParallelism: false,
  },
})
