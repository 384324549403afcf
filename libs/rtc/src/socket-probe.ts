import { closeSync, openSync } from 'node:fs'
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { devNull } from 'node:os'
import { RtcError } from './errors.ts'

/**
 * libdatachannel opens its UDP socket inside `setLocalDescription`, and what goes wrong there (the address is
 * not ours, no descriptor is left) ends the process with an uncaught C++ exception. So try it first.
 * @throws RtcError BIND_ADDRESS, NO_SOCKET
 */
export async function probeSocket(bindAddress: string | undefined): Promise<void> {
  const socket = createSocket(bindAddress !== undefined && isIPv6(bindAddress) ? 'udp6' : 'udp4')
  try {
    await bound(socket, bindAddress)
    // The first transport also opens a wake-up pipe and a socket for it.
    holdBriefly(4)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (bindAddress !== undefined && (code === 'EADDRNOTAVAIL' || code === 'EINVAL')) {
      throw RtcError.bindAddress(bindAddress)
    }
    throw RtcError.noSocket(error)
  } finally {
    socket.close()
  }
}

function bound(socket: Socket, address: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ port: 0, exclusive: true, ...(address === undefined ? {} : { address }) }, resolve)
  })
}

function holdBriefly(descriptors: number): void {
  const held: number[] = []
  try {
    while (held.length < descriptors) held.push(openSync(devNull, 'r'))
  } finally {
    for (const descriptor of held) closeSync(descriptor)
  }
}
