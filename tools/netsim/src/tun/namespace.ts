import { writeFileSync } from 'node:fs'
import type { HostPlan } from '../topology/plan.ts'
import { configureDevice, createDevice, DEVICE, startLoopback, type ControlSockets } from './interface.ts'
import {
  AF_INET,
  AF_INET6,
  closeFd,
  enterNetwork,
  O_RDONLY_CLOEXEC,
  O_RDWR_NONBLOCK_CLOEXEC,
  openFd,
  socket,
  unshareNetwork,
} from './libc.ts'

const OWN_NAMESPACE = '/proc/thread-self/ns/net'

/**
 * A host: a network namespace whose only way out is a device in our hands. The namespace has no name; it lives as
 * long as a process or a descriptor is in it.
 */
export interface HostNamespace {
  id: string
  /** What `setns` takes. */
  namespaceFd: number
  tunFd: number
  sockets: ControlSockets
}

/**
 * The namespaces of all hosts. A thread is in a namespace of its own, so the other threads of the process notice
 * nothing, and the calling one is at home again when a method returns or throws. It must not start a thread
 * meanwhile, which would be born in the host: everything here is synchronous for that reason.
 */
export class Namespaces {
  readonly hosts: HostNamespace[] = []
  readonly #home: number
  readonly #fds: number[] = []
  readonly #tunDevice: string

  constructor(tunDevice: string) {
    this.#tunDevice = tunDevice
    this.#home = this.#own(openFd(OWN_NAMESPACE, O_RDONLY_CLOEXEC))
  }

  open(plan: HostPlan): HostNamespace {
    try {
      unshareNetwork()
      const namespaceFd = this.#own(openFd(OWN_NAMESPACE, O_RDONLY_CLOEXEC))
      const tunFd = this.#own(openFd(this.#tunDevice, O_RDWR_NONBLOCK_CLOEXEC))
      const sockets: ControlSockets = { v4: this.#own(socket(AF_INET)) }
      createDevice(tunFd)
      if (quietIpv6(plan)) sockets.v6 = this.#own(socket(AF_INET6))
      startLoopback(sockets)
      configureDevice(sockets, plan)
      const host = { id: plan.id, namespaceFd, tunFd, sockets }
      this.hosts.push(host)
      return host
    } finally {
      enterNetwork(this.#home)
    }
  }

  /** Give a host that moved its new addresses, as after changing the access point: the device goes down and up. */
  reconfigure(host: HostNamespace, plan: HostPlan): void {
    try {
      enterNetwork(host.namespaceFd)
      if (quietIpv6(plan)) host.sockets.v6 ??= this.#own(socket(AF_INET6))
      configureDevice(host.sockets, plan)
    } finally {
      enterNetwork(this.#home)
    }
  }

  /** After the last process has left too, the kernel takes the namespaces and their devices apart. */
  close(): void {
    for (const fd of this.#fds.splice(0)) closeFd(fd)
  }

  #own(fd: number): number {
    this.#fds.push(fd)
    return fd
  }
}

/**
 * No link-local addresses, no router solicitations, and no IPv6 on the device at all where the site has none:
 * programs would gather candidates from it. Where /proc/sys is read-only the lab still works, with more noise.
 * Returns whether the host has IPv6.
 */
function quietIpv6(plan: HostPlan): boolean {
  const hasIpv6 = plan.addresses.v6 !== undefined
  const settings = { addr_gen_mode: 1, accept_ra: 0, disable_ipv6: hasIpv6 ? 0 : 1 }
  try {
    for (const [name, value] of Object.entries(settings))
      writeFileSync(`/proc/sys/net/ipv6/conf/${DEVICE}/${name}`, String(value))
  } catch {
    return hasIpv6
  }
  return hasIpv6
}
