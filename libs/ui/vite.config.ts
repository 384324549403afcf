import { defineConfig, type UserConfig } from 'vite'

/** Every script, style and image a file of its own: the page's Content-Security-Policy allows nothing inline. */
const config: UserConfig = defineConfig({
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    license: { fileName: 'licenses.md' },
  },
  worker: { format: 'es' },
})

export default config
