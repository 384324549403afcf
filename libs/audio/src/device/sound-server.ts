import { connect } from 'node:net'
import { join } from 'node:path'

/** Whether PulseAudio answers, or PipeWire, on the same socket. */
export async function hasPulseServer(): Promise<boolean> {
  const named = process.env['PULSE_SERVER']
  if (named !== undefined && !/^(unix:|\/)/.test(named)) return true
  if (named !== undefined) return answers(named.replace(/^unix:/, ''))
  const runtime = process.env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.() ?? 0}`
  return (await answers(join(runtime, 'pulse', 'native'))) || answers('/run/pulse/native')
}

/** A socket file may outlive its server. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
