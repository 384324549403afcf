import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** What every project's tests share: beside the source, no globals, a seed that fast-check prints on failure. */
const shared: ViteUserConfig = defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    setupFiles: ['vitest.seed.ts', 'vitest.colors.ts'].map((file) =>
      fileURLToPath(new URL(file, import.meta.url)),
    ),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two workers: the reference machine has two cores, and real-time tests starve with more.
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: 'reports/vitest.json' }]],
  },
})

export default shared
