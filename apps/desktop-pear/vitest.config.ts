import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

const config: ViteUserConfig = mergeConfig(
  shared,
  defineConfig({ test: { include: ['electron/**/*.test.ts', 'packaging/**/*.test.ts'] } }),
)

export default config
