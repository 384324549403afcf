import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runToEnd } from './testing/child.ts'
import { show } from './testing/show.ts'

const script = (name: string): string => join(import.meta.dirname, '..', 'scripts', name)

/** Of util-linux. */
const UNSHARE = 'unshare'

/** Arguments for `unshare` with which this user may build the namespace, or why there are none. */
function namespaceArguments(resolvConf: string): { args: string[] } | { reason: string } {
  if (process.platform !== 'linux')
    return { reason: `network namespaces need Linux, this is ${process.platform}` }
  let reason = ''
  for (const args of [
    ['--net', '--mount'],
    ['--user', '--map-root-user', '--net', '--mount'],
  ]) {
    const tried = spawnSync(UNSHARE, [...args, 'sh', script('namespace.sh'), resolvConf, 'true'], {
      encoding: 'utf8',
      timeout: 5000,
    })
    if (tried.status === 0) return { args }
    reason = tried.error?.message ?? tried.stderr.trim().split('\n').at(-1) ?? 'unshare failed'
  }
  return { reason }
}

test('no DNS query and no STUN packet leaves for anyone but the peer', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'pearcast-rtc-'))
  try {
    const resolvConf = join(folder, 'resolv.conf')
    writeFileSync(resolvConf, 'nameserver 10.77.0.254\noptions timeout:1 attempts:1\n')
    const namespace = namespaceArguments(resolvConf)
    if ('reason' in namespace) {
      show(`SKIP: no network namespace on this machine: ${namespace.reason}`)
      if (process.env['CI'] === 'true') throw new Error(`CI has to run this test: ${namespace.reason}`)
      context.skip(namespace.reason)
      return
    }
    const probe = ['sh', script('namespace.sh'), resolvConf, process.execPath, script('leak-probe.ts')]
    const ended = await runToEnd(UNSHARE, [...namespace.args, ...probe], 19_000)
    expect(ended).toMatchObject({ code: 0, signal: null })
    const report: unknown = JSON.parse(ended.stdout)
    show(`packets that left: ${JSON.stringify(report)}`)
    expect(report).toMatchObject({ idle: 0, join: 0, joinWerift: 0, offerOnly: 0, offerOnlyWerift: 0 })
    // The join used addresses of eth0, and the counter does see what a server, or a name in a candidate, would cause.
    for (const key of ['addresses', 'weriftAddresses']) {
      expect(report).toHaveProperty(key, expect.arrayContaining(['10.77.0.1']))
    }
    const positive: unknown = expect.toSatisfy((packets: number) => packets > 0)
    expect(report).toMatchObject({
      askedByAddress: positive,
      askedByName: positive,
      nameInCandidate: positive,
      weriftAsItIs: positive,
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
