import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

const NAME = join('samples', 'first-light.flac')

/** The sample that comes with pearCast: beside the packed program, or at the root of the repository. */
export function sampleFile(mainFile: string): string {
  const packed = join(dirname(dirname(mainFile)), NAME)
  return existsSync(packed) ? packed : join(dirname(mainFile), '..', '..', '..', NAME)
}
