// Of the documents: every link to a file, or to a heading, of this repository leads there.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './lib.mjs'

const NOT_OURS = new Set(['node_modules', 'dist', 'reports', '.nx', '.git'])
const documents = globSync('**/*.md', { cwd: ROOT, exclude: (name) => NOT_OURS.has(name) })

/** Without what is shown as code. */
function proseOf(file) {
  return readFileSync(join(ROOT, file), 'utf8')
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .replaceAll(/(?<=\n\n)(?: {4}.*\n)+/g, '')
    .replaceAll(/(?<!\[)`[^`\n]*`(?!\])/g, '')
}

/** As GitHub names them. */
function anchorsOf(file) {
  const text = readFileSync(join(ROOT, file), 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '')
  return new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(/\s/g, '-'),
    ),
  )
}

function problemOf(document, link) {
  const [path, anchor] = link.split('#')
  const target = path === '' ? document : join(dirname(document), decodeURI(path))
  if (!existsSync(join(ROOT, target))) return 'there is no such file'
  if (anchor === undefined || statSync(join(ROOT, target)).isDirectory()) return undefined
  return anchorsOf(target).has(anchor) ? undefined : 'there is no such heading'
}

let broken = 0
for (const document of documents) {
  for (const [, link] of proseOf(document).matchAll(/\]\(([^)\s]+)[^)]*\)/g)) {
    if (/^[a-z]+:/.test(link)) continue
    const problem = problemOf(document, link)
    if (problem === undefined) continue
    broken++
    console.log(`${document}: ${link}: ${problem}`)
  }
}
process.exit(broken === 0 ? 0 : 1)
