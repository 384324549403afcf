import type { ViteUserConfig } from 'vitest/config'
import FlakyReporter from '../vitest.flaky.ts'
import whole from './vitest.config.ts'

/** Pages in a real browser, and the programs that serve them. */
const config: ViteUserConfig = {
  ...whole,
  test: {
    ...whole.test,
    include: ['src/browser/**/*.test.ts'],
    exclude: [],
    // A browser and its sound need the computer for themselves.
    fileParallelism: false,
    reporters: [
      'default',
      ['json', { outputFile: 'reports/browser/vitest.json' }],
      new FlakyReporter({ outputFile: 'reports/browser/flaky.json' }),
    ],
  },
}

export default config
