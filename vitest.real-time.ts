import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'
import FlakyReporter from './vitest.flaky.ts'
import shared from './vitest.shared.ts'

/**
 * For projects whose tests run real sockets, sound and processes against the clock. A machine that CI shares with
 * others can stand still for seconds; what failed then has one more try there, and is named at the end of `npm test`.
 */
const realTime: ViteUserConfig = mergeConfig(
  shared,
  defineConfig({
    test: {
      retry: process.env['CI'] === 'true' ? 1 : 0,
      reporters: [new FlakyReporter({ outputFile: 'reports/flaky.json' })],
    },
  }),
)

export default realTime
