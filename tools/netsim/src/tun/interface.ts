import { NetsimError } from '../errors.ts'
import { parseIpv4, parseIpv6 } from '../ip/address.ts'
import { put32 } from '../ip/bytes.ts'
import type { HostPlan } from '../topology/plan.ts'
import { AF_INET, ioctl, ioctlNumber } from './libc.ts'

/*
 * Configures interfaces by ioctl (netdevice(7), ipv6(7)). A socket belongs to the namespace in which it was opened,
 * so this works from anywhere.
 */

export const DEVICE = 'eth0'

const TUNSETIFF = 0x4004_54ca
const TUNSETPERSIST = 0x4004_54cb
const SIOCADDRT = 0x890b
const SIOCSIFFLAGS = 0x8914
const SIOCSIFADDR = 0x8916
const SIOCSIFNETMASK = 0x891c
const SIOCSIFMTU = 0x8922
const SIOCGIFINDEX = 0x8933
const SIOCSIFTXQLEN = 0x8943
const IFF_UP = 1
const IFF_TUN = 1
const IFF_NO_PI = 0x1000
const RTF_UP_GATEWAY = 3
const IFREQ_BYTES = 40
const NAME_BYTES = 16

/** Packets that the kernel keeps for a lab that is late; the default of 500 is 40 ms of the fastest stream tested. */
const QUEUE_PACKETS = 5000

/** Control sockets inside a host's namespace. */
export interface ControlSockets {
  v4: number
  /** Absent where the kernel has no IPv6. */
  v6?: number
}

/**
 * Turn an opened tun node into the device `eth0` of the thread's namespace: whole IP packets, no header. It is made
 * persistent, because a device that ends with its descriptor keeps `close` for 30 ms; this one ends with its namespace,
 * and the kernel takes all of those apart at once.
 */
export function createDevice(tunFd: number): void {
  const request = ifreq(DEVICE)
  view(request).setInt16(NAME_BYTES, IFF_TUN | IFF_NO_PI, true)
  ioctl(`create ${DEVICE}`, tunFd, TUNSETIFF, request)
  ioctlNumber(`keep ${DEVICE}`, tunFd, TUNSETPERSIST, 1)
}

export function startLoopback(sockets: ControlSockets): void {
  setUp(sockets, 'lo', true)
}

/** Give `eth0` the addresses, routes and MTU of a plan; what it had before is gone. */
export function configureDevice(sockets: ControlSockets, plan: HostPlan): void {
  setUp(sockets, DEVICE, false)
  lengthenQueue(sockets)
  setNumber(sockets, 'set the MTU', SIOCSIFMTU, plan.mtu)
  const [address = '', bits] = plan.addresses.v4.split('/')
  setAddress(sockets, SIOCSIFADDR, parseIpv4(address))
  setAddress(sockets, SIOCSIFNETMASK, (0xffff_ffff << (32 - Number(bits))) >>> 0)
  setUp(sockets, DEVICE, true)
  addRoute(sockets, plan.gateway)
  if (sockets.v6 === undefined || plan.addresses.v6 === undefined) return
  const index = deviceIndex(sockets)
  addAddress6(sockets.v6, plan.addresses.v6, index)
  if (plan.gateway6 !== undefined) addRoute6(sockets.v6, plan.gateway6, index)
}

function ifreq(name: string): Uint8Array {
  const request = new Uint8Array(IFREQ_BYTES)
  new TextEncoder().encodeInto(name, request)
  return request
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** struct sockaddr_in */
function putSockaddr(bytes: Uint8Array, at: number, address: number): void {
  view(bytes).setUint16(at, AF_INET, true)
  put32(bytes, at + 4, address)
}

function setUp(sockets: ControlSockets, device: string, up: boolean): void {
  const request = ifreq(device)
  view(request).setInt16(NAME_BYTES, up ? IFF_UP : 0, true)
  ioctl(`set ${device} ${up ? 'up' : 'down'}`, sockets.v4, SIOCSIFFLAGS, request)
}

function setNumber(sockets: ControlSockets, what: string, call: number, value: number): void {
  const request = ifreq(DEVICE)
  view(request).setInt32(NAME_BYTES, value, true)
  ioctl(what, sockets.v4, call, request)
}

/** Root of a user namespace may not: it keeps the default. */
function lengthenQueue(sockets: ControlSockets): void {
  try {
    setNumber(sockets, 'set the queue length', SIOCSIFTXQLEN, QUEUE_PACKETS)
  } catch (error) {
    if (!(error instanceof NetsimError && error.code === 'SYSCALL_FAILED')) throw error
  }
}

function setAddress(sockets: ControlSockets, call: number, address: number): void {
  const request = ifreq(DEVICE)
  putSockaddr(request, NAME_BYTES, address)
  ioctl('set the IPv4 address', sockets.v4, call, request)
}

/** The default route: a struct rtentry of which pad, destination 0.0.0.0, gateway, mask 0.0.0.0 and flags are used. */
function addRoute(sockets: ControlSockets, gateway: string): void {
  const route = new Uint8Array(120)
  putSockaddr(route, 8, 0)
  putSockaddr(route, 24, parseIpv4(gateway))
  putSockaddr(route, 40, 0)
  view(route).setUint16(56, RTF_UP_GATEWAY, true)
  ioctl('add the IPv4 route', sockets.v4, SIOCADDRT, route)
}

function deviceIndex(sockets: ControlSockets): number {
  const request = ifreq(DEVICE)
  ioctl('find the device', sockets.v4, SIOCGIFINDEX, request)
  return view(request).getInt32(NAME_BYTES, true)
}

/** struct in6_ifreq: address, prefix length, index. */
function addAddress6(socket: number, address: string, index: number): void {
  const [text = '', bits] = address.split('/')
  const request = new Uint8Array(24)
  request.set(parseIpv6(text))
  view(request).setUint32(16, Number(bits), true)
  view(request).setInt32(20, index, true)
  ioctl('set the IPv6 address', socket, SIOCSIFADDR, request)
}

/** struct in6_rtmsg: destination ::/0, no source, gateway at 32, metric at 56, flags at 72, index at 76. */
function addRoute6(socket: number, gateway: string, index: number): void {
  const route = new Uint8Array(80)
  route.set(parseIpv6(gateway), 32)
  view(route).setUint32(56, 1, true)
  view(route).setUint32(72, RTF_UP_GATEWAY, true)
  view(route).setInt32(76, index, true)
  ioctl('add the IPv6 route', socket, SIOCADDRT, route)
}
