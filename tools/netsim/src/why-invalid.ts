import * as v from 'valibot'

/** What is wrong with a file, in a line: where in it, or the system's word for why it cannot be read. */
export function whyInvalid(error: unknown): string {
  if (error instanceof v.ValiError) {
    const issue: v.BaseIssue<unknown> = error.issues[0]
    return `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`
  }
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && 'syscall' in error ? String(error.code) : error.message
}
