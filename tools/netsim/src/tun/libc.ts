import koffi from 'koffi'
import { getSystemErrorName } from 'node:util'
import { NetsimError } from '../errors.ts'

/*
 * The few calls of the C library that Node.js does not offer. The numbers are those of 64-bit Linux, alike on x64
 * and arm64. Only the worker that owns the devices imports this file: elsewhere koffi may be absent.
 */

const CLONE_NEWNET = 0x4000_0000
export const AF_INET = 2
export const AF_INET6 = 10
const SOCK_DGRAM_CLOEXEC: number = 2 | 0o2000000
/** Nothing of the lab's may leak into its children: a child that held a namespace would keep it alive. */
export const O_RDONLY_CLOEXEC = 0o2000000
export const O_RDWR_NONBLOCK_CLOEXEC: number = 2 | 0o4000 | 0o2000000
export const POLLIN = 1
const PR_SET_TIMERSLACK = 29
const PRIO_PROCESS = 0
const EFD_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000

type Int = (...args: number[]) => number

const libc = koffi.load(null)

const open: (path: string, flags: number, mode: number) => number = libc.func(
  'int open(const char *path, int flags, int mode)',
)
export const closeFd: (fd: number) => number = libc.func('int close(int fd)')
/** Bytes read, or -1: nothing there (the devices do not block). */
export const readInto: (fd: number, into: Uint8Array, bytes: number) => number = libc.func(
  'long read(int fd, void *into, size_t bytes)',
)
/** Bytes written, or -1. */
export const writeFrom: (fd: number, from: Uint8Array, bytes: number) => number = libc.func(
  'long write(int fd, const void *from, size_t bytes)',
)
/** Ready descriptors, or -1 when a signal came first. `timeout` is seconds and nanoseconds. */
export const ppoll: (fds: Int32Array, count: number, timeout: BigInt64Array, mask: null) => number =
  libc.func('int ppoll(void *fds, unsigned long count, const void *timeout, const void *mask)')
const ioctlPointer: (fd: number, request: number, argument: Uint8Array) => number = libc.func(
  'int ioctl(int fd, unsigned long request, void *argument)',
)
const ioctlInt: (fd: number, request: number, argument: number) => number = libc.func(
  'int ioctl(int fd, unsigned long request, unsigned long argument)',
)
const socketCall: Int = libc.func('int socket(int domain, int type, int protocol)')
const unshareCall: Int = libc.func('int unshare(int flags)')
const setnsCall: Int = libc.func('int setns(int fd, int type)')
const eventfdCall: Int = libc.func('int eventfd(unsigned int value, int flags)')
const prctlCall: Int = libc.func(
  'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
)
const setpriorityCall: Int = libc.func('int setpriority(int which, unsigned int who, int value)')

/** The result of a call; throws `SYSCALL_FAILED` naming what was tried when it is negative. */
function checked(what: string, result: number): number {
  if (result < 0) throw NetsimError.syscallFailed(what, getSystemErrorName(-koffi.errno()))
  return result
}

export function openFd(path: string, flags: number): number {
  return checked(`open ${path}`, open(path, flags, 0))
}

export function ioctl(what: string, fd: number, request: number, argument: Uint8Array): void {
  checked(what, ioctlPointer(fd, request, argument))
}

export function ioctlNumber(what: string, fd: number, request: number, argument: number): void {
  checked(what, ioctlInt(fd, request, argument))
}

export function socket(domain: number): number {
  return checked('open a control socket', socketCall(domain, SOCK_DGRAM_CLOEXEC, 0))
}

/** Put the calling thread, and no other, into a new network namespace. */
export function unshareNetwork(): void {
  checked('make a network namespace', unshareCall(CLONE_NEWNET))
}

export function enterNetwork(fd: number): void {
  checked('enter a network namespace', setnsCall(fd, CLONE_NEWNET))
}

export function eventfd(): number {
  return checked('make an eventfd', eventfdCall(0, EFD_NONBLOCK_CLOEXEC))
}

/**
 * Let this thread's timers fire on time instead of up to 50 us late, and run it before the programs under test,
 * where the system allows it: a late fabric shows up as jitter that no link has.
 */
export function preferThisThread(): void {
  prctlCall(PR_SET_TIMERSLACK, 1, 0, 0, 0)
  setpriorityCall(PRIO_PROCESS, 0, -10)
}
