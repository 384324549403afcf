import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'
import shared from '../vitest.shared.ts'

/** Whole processes in real time: one file at a time, so that they do not starve each other. */
const config: ViteUserConfig = mergeConfig(
  shared,
  defineConfig({
    test: { fileParallelism: false, exclude: ['src/browser/**'], testTimeout: 60_000, hookTimeout: 30_000 },
  }),
)

export default config
