import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'
import shared from '../vitest.real-time.ts'

/** Whole processes that mostly wait for each other: three files at a time, and no test asks for exact times. */
const config: ViteUserConfig = mergeConfig(
  shared,
  defineConfig({
    test: { exclude: ['src/browser/**'], maxWorkers: 3, testTimeout: 60_000, hookTimeout: 30_000 },
  }),
)

export default config
