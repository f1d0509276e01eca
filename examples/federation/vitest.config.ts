import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['*.test.ts'],
    // Generous: a busy machine makes a test slow, not wrong.
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
})
