/**
 * `npx nx run cli:bundle`: the program and the workspace's libraries as JavaScript, in apps/cli/dist/bundle. Its start
 * computes a third less than that of its sources; what comes from npm stays where it is.
 */
import { dirname, join } from 'node:path'
import { build } from 'rolldown'

const CLI = dirname(import.meta.dirname)

/** Its package would be compiled while it is installed; its JavaScript and its prebuilt parts are taken apart instead. */
export const BUNDLED = '@audio/speaker'

/** Writes `main.js`, which starts it, and its parts into a folder. */
export async function bundle(folder: string): Promise<void> {
  await build({
    input: join(CLI, 'src', 'main.ts'),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !/^([A-Za-z]:)?[\\/]/.test(id) && !isBundled(id),
    transform: { target: 'node22' },
    output: {
      dir: folder,
      cleanDir: true,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    },
  })
}

function isBundled(id: string): boolean {
  return id.startsWith('@pearcast/') || id === BUNDLED
}

if (import.meta.main) await bundle(join(CLI, 'dist', 'bundle'))
