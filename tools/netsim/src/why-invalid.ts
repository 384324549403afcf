import * as v from 'valibot'

/** What is wrong with a file, in a line: where in it, what is there, what would be right; or why it cannot be read. */
export function whyInvalid(error: unknown): string {
  if (error instanceof v.ValiError) {
    const issue: v.BaseIssue<unknown> = error.issues[0]
    return sentence(issue, pathOf(issue))
  }
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && 'syscall' in error ? String(error.code) : error.message
}

function sentence(issue: v.BaseIssue<unknown>, path: string): string {
  const inner = deepest(issue.issues ?? [])
  if (inner !== undefined) return sentence(inner, joined(path, pathOf(inner)))
  const where = path === '' ? 'all of it' : path
  const isKey = issue.message.startsWith('Invalid key')
  if (isKey && issue.expected === 'never') return `${where} is a field that nothing is known of: leave it out`
  if (issue.received === 'undefined') return `${where} is missing`
  const wanted = issue.message.startsWith('Invalid') ? plain(issue.expected ?? '') : issue.message
  return `${where} is ${plain(issue.received)}, and must be ${wanted.replace(/^it is /, '')}`
}

/** Of several things that it could have been, the one that it is most like: the same fields, and one of them wrong. */
function deepest(issues: readonly v.BaseIssue<unknown>[]): v.BaseIssue<unknown> | undefined {
  const likeness = ({ expected, path, received }: v.BaseIssue<unknown>): number =>
    received === 'undefined' || expected === 'never' ? 0 : (path?.length ?? 0)
  return issues.filter(({ path }) => path !== undefined).toSorted((a, b) => likeness(b) - likeness(a))[0]
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  return v.getDotPath(issue) ?? ''
}

function joined(path: string, inner: string): string {
  return [path, inner].filter((part) => part !== '').join('.')
}

const WORDS: Readonly<Record<string, string>> = {
  Object: 'an object',
  Array: 'a list',
  NaN: 'no number',
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
}

/** `("a" | "b")` is `"a" or "b"`; `>=0` is `at least 0`. */
function plain(said: string): string {
  const words = said.replaceAll(/^\(|\)$/g, '').split(' | ')
  return words
    .map((word) => WORDS[word] ?? word)
    .join(' or ')
    .replaceAll('>=', 'at least ')
    .replaceAll('<=', 'at most ')
}
