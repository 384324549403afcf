import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Reporter, TestCase } from 'vitest/node'

/**
 * Writes which tests failed first and passed when CI tried them again, with the first failure, as JSON (`string[]`), so
 * that `npm test` can end with them: whoever retries and keeps quiet hides what a user will meet.
 */
export default class FlakyReporter implements Reporter {
  readonly #outputFile: string
  readonly #tests: string[] = []

  constructor({ outputFile }: { outputFile: string }) {
    this.#outputFile = outputFile
  }

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky !== true) return
    const why = test.result().errors?.[0]?.message.split('\n')[0] ?? 'for no reason that was told'
    this.#tests.push(`${test.module.relativeModuleId} > ${test.fullName} (${why})`)
  }

  onTestRunEnd(): void {
    mkdirSync(dirname(this.#outputFile), { recursive: true })
    writeFileSync(this.#outputFile, JSON.stringify(this.#tests))
  }
}
