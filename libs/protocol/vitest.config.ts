import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

/** Pure code leaves nothing behind, so the files share their workers: most of the time would be start-up. */
const config: ViteUserConfig = mergeConfig(shared, { test: { isolate: false } })

export default config
