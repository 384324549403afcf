import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'
import shared from '../../vitest.real-time.ts'

const config: ViteUserConfig = mergeConfig(
  shared,
  defineConfig({
    test: {
      include: ['electron/**/*.test.ts', 'packaging/**/*.test.ts'],
      // A computer that is busy with other tests takes its time.
      expect: { poll: { timeout: 10_000 } },
    },
  }),
)

export default config
