import { writeFileSync } from 'node:fs'
import { NetsimError } from '../errors.ts'
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
 * Make a namespace for each host. A thread is in a namespace of its own, so the other threads of the process notice
 * nothing; the calling one is at home again when this returns or throws. It must not start a thread meanwhile: one
 * would be born in the host. Everything below is synchronous for that reason.
 */
export function openNamespaces(plans: readonly HostPlan[], tunDevice: string): HostNamespace[] {
  const home = openFd(OWN_NAMESPACE, O_RDONLY_CLOEXEC)
  const namespaces: HostNamespace[] = []
  try {
    for (const plan of plans) namespaces.push(openNamespace(plan, tunDevice))
    return namespaces
  } catch (error) {
    for (const namespace of namespaces) closeNamespace(namespace)
    throw error
  } finally {
    enterNetwork(home)
    closeFd(home)
  }
}

function openNamespace(plan: HostPlan, tunDevice: string): HostNamespace {
  unshareNetwork()
  const namespaceFd = openFd(OWN_NAMESPACE, O_RDONLY_CLOEXEC)
  const tunFd = openFd(tunDevice, O_RDWR_NONBLOCK_CLOEXEC)
  const sockets: ControlSockets = { v4: socket(AF_INET) }
  try {
    sockets.v6 = socket(AF_INET6)
  } catch (error) {
    if (!(error instanceof NetsimError) || plan.addresses.v6 !== undefined) throw error
  }
  createDevice(tunFd)
  quietIpv6(plan)
  startLoopback(sockets)
  configureDevice(sockets, plan)
  return { id: plan.id, namespaceFd, tunFd, sockets }
}

/**
 * No link-local addresses, no router solicitations, and no IPv6 at all where the site has none: programs would
 * gather candidates from it. Where /proc/sys is read-only the lab still works, with more noise.
 */
function quietIpv6(plan: HostPlan): void {
  const settings = { addr_gen_mode: 1, accept_ra: 0, disable_ipv6: plan.addresses.v6 === undefined ? 1 : 0 }
  for (const [name, value] of Object.entries(settings)) {
    try {
      writeFileSync(`/proc/sys/net/ipv6/conf/${DEVICE}/${name}`, String(value))
    } catch {
      return
    }
  }
}

/** After the last process has left too, the kernel takes the namespace and its device apart. */
export function closeNamespace(namespace: HostNamespace): void {
  closeFd(namespace.tunFd)
  closeFd(namespace.sockets.v4)
  if (namespace.sockets.v6 !== undefined) closeFd(namespace.sockets.v6)
  closeFd(namespace.namespaceFd)
}
