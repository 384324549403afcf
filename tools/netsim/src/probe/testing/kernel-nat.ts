import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { Lab } from '../../tun/lab.ts'
import { addressOf } from './probe-lab.ts'

/*
 * A NAT of the kernel: one host of the lab is the router, with its `eth0` as the outside; another one is behind it on a
 * veth pair, and its own `eth0` is down. nftables says what the router does.
 */

const ROUTER = '192.168.77.1'
const CLIENT = '192.168.77.2'

/** The behaviours that nftables can express. */
export type KernelNat = 'masquerade' | 'masquerade-random' | 'full-cone' | 'address-restricted'

const MASQUERADE = 'chain out { type nat hook postrouting priority srcnat; oifname eth0 masquerade; }'

/** The ruleset of a router with this public address. */
function ruleset(kind: KernelNat, publicAddress: string): string {
  return `table ip nat {\n${chainsOf(kind, publicAddress)}\n}`
}

function chainsOf(kind: KernelNat, publicAddress: string): string {
  switch (kind) {
    case 'masquerade':
      return MASQUERADE
    case 'masquerade-random':
      return 'chain out { type nat hook postrouting priority srcnat; oifname eth0 masquerade fully-random; }'
    case 'full-cone':
      return `${MASQUERADE}
        chain in { type nat hook prerouting priority dstnat; ip daddr ${publicAddress} meta l4proto udp dnat to ${CLIENT}; }
        chain hairpin { type nat hook postrouting priority srcnat; iifname lan0 oifname lan0 snat to ${publicAddress}; }`
    case 'address-restricted':
      return `${MASQUERADE}
        set known { type ipv4_addr . inet_service; flags dynamic; }
        chain learn { type filter hook forward priority filter; iifname lan0 add @known { ip daddr . udp sport }; }
        chain in { type nat hook prerouting priority dstnat; iifname eth0 ip saddr . udp dport @known dnat to ${CLIENT}; }`
  }
}

/** What is missing to build one, if anything. */
export function kernelNatMissing(): string | undefined {
  for (const [command, ...args] of [
    ['ip', '-Version'],
    ['nft', '--version'],
  ] as const)
    if (spawnSync(command, args).error !== undefined)
      return `the command ${command} (apt-get install iproute2 nftables)`
  const kinds: KernelNat[] = ['masquerade', 'masquerade-random', 'full-cone', 'address-restricted']
  const script = kinds.map((kind) => `nft -c '${ruleset(kind, '5.0.0.2')}'`).join(' && ')
  const veth = 'ip link add lan0 type veth peer name lan1'
  const tried = spawnSync('unshare', ['--net', 'sh', '-c', `${veth} && ${script}`], { encoding: 'utf8' })
  return tried.status === 0 ? undefined : `NAT in this kernel (${tried.stderr.trim()})`
}

/** Put a NAT of the kernel between two hosts of a lab; unused bindings live for `lifetimeS`. */
export async function buildKernelNat(
  lab: Lab,
  hosts: { router: string; client: string },
  kind: KernelNat,
  lifetimeS: number,
): Promise<void> {
  const anchor = lab.spawn(hosts.client, 'sh', ['-c', 'echo; exec sleep 1000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (anchor.stdout !== null) await once(anchor.stdout, 'data')
  await runIn(lab, hosts.router, [
    `ip link add lan0 type veth peer name lan0 netns ${anchor.pid}`,
    `ip address add ${ROUTER}/24 dev lan0`,
    'ip link set lan0 up',
    'echo 1 > /proc/sys/net/ipv4/ip_forward',
    `nft '${ruleset(kind, addressOf(lab, hosts.router))}'`,
    `echo ${lifetimeS} > /proc/sys/net/netfilter/nf_conntrack_udp_timeout`,
    `echo ${lifetimeS} > /proc/sys/net/netfilter/nf_conntrack_udp_timeout_stream`,
  ])
  await runIn(lab, hosts.client, [
    'ip link set eth0 down',
    `ip address add ${CLIENT}/24 dev lan0`,
    'ip link set lan0 up',
    `ip route add default via ${ROUTER}`,
  ])
}

async function runIn(lab: Lab, host: string, commands: readonly string[]): Promise<void> {
  const shell = lab.spawn(host, 'sh', ['-ec', commands.join('\n')], { stdio: 'inherit' })
  const [code] = await once(shell, 'exit')
  if (code !== 0) throw new Error(`The host "${host}" could not be set up (exit code ${String(code)}).`)
}
