import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { getSystemErrorName } from 'node:util'

export const TUN_DEVICE = '/dev/net/tun'
/** Of util-linux: enters a namespace and becomes another program. */
export const NSENTER = 'nsenter'

/** `inUserNamespace`: only there, so call `enterUserNamespace` before anything else. */
export type TunAvailability = { ok: true; inUserNamespace: boolean } | { ok: false; reason: string }

/** Character device 10:200, as `stat` packs it. */
const TUN_NUMBER = (10 << 8) | 200
const CAP_NET_ADMIN = 12n
const CAP_SYS_ADMIN = 21n

/** Whether this machine and user can run the TUN backend, and if not, what is missing, in a sentence for people. */
export function tunAvailable(options: { tunDevice?: string } = {}): TunAvailability {
  const tunDevice = options.tunDevice ?? TUN_DEVICE
  const missing = missingPart() ?? unusableDevice(tunDevice)
  if (missing !== undefined) return { ok: false, reason: missing }
  if (hasCapability(CAP_SYS_ADMIN) && hasCapability(CAP_NET_ADMIN))
    return { ok: true, inUserNamespace: false }
  const userNamespace = spawnSync('unshare', ['--user', '--map-root-user', '--net', 'true'], {
    encoding: 'utf8',
  })
  if (userNamespace.status === 0) return { ok: true, inUserNamespace: true }
  const why = userNamespace.error?.message ?? userNamespace.stderr.trim()
  return { ok: false, reason: `Not root, and this system refuses user namespaces (${why}): run it as root.` }
}

function missingPart(): string | undefined {
  if (process.platform !== 'linux')
    return `The lab needs the network namespaces of Linux; this is ${process.platform}.`
  try {
    createRequire(import.meta.url)('koffi')
  } catch {
    return `koffi, which calls the C library, has no binary for ${process.platform}-${process.arch}: run npm ci.`
  }
  if (spawnSync(NSENTER, ['--version']).error !== undefined)
    return `The command ${NSENTER} is missing: install util-linux.`
  return undefined
}

/** Opening the node makes no device yet, but tells whether the kernel has the driver and lets us use it. */
function unusableDevice(tunDevice: string): string | undefined {
  if (!existsSync(tunDevice))
    return `There is no ${tunDevice}: load the tun module, or make the node as root: mknod -m 666 ${tunDevice} c 10 200.`
  if (statSync(tunDevice).rdev !== TUN_NUMBER)
    return `${tunDevice} is no TUN device: those have the number 10:200.`
  try {
    closeSync(openSync(tunDevice, 'r+'))
    return undefined
  } catch (error) {
    const name = error instanceof Error && 'errno' in error ? getSystemErrorName(Number(error.errno)) : ''
    if (name === 'EACCES' || name === 'EPERM')
      return `This user may not open ${tunDevice}: run as root, or name a node of mode 0666 with --tun-device.`
    return `${tunDevice} does not work (${name}): this kernel has no TUN driver.`
  }
}

function hasCapability(bit: bigint): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return effective !== undefined && ((BigInt(`0x${effective}`) >> bit) & 1n) === 1n
}
