import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The built page: beside the program where that is installed, in its library in a clone. */
export function pageFolder(mainFile: string): string {
  const installed = join(dirname(mainFile), 'page')
  return existsSync(installed) ? installed : join(dirname(mainFile), '..', '..', '..', 'libs', 'ui', 'dist')
}
