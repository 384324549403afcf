import { examineNetwork, parseBootstrap, SwarmError, type NetworkFindings } from '@pearcast/swarm'
import { lookup } from 'node:dns/promises'
import { mkdir, writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { dirname, resolve } from 'node:path'
import { NetsimError } from '../errors.ts'
import { placeOf } from '../field/place.ts'
import { fieldScenario, type FieldOptions } from '../field/scenario.ts'

export interface ProbeOptions extends FieldOptions {
  bootstrap?: string
  out: string
  json?: true
  /** Where nothing answers, take it that the network lets no UDP through. */
  udpBlocked?: true
}

/** Find out what stands before this machine, and write it down as a scenario. Resolves with the exit code. */
export async function probe(options: ProbeOptions): Promise<number> {
  const { bootstrap, out, json, role, other, udpBlocked } = options
  // An empty PEARCAST_BOOTSTRAP is none.
  const found = await examine({ bootstrap: bootstrap || undefined, udpBlocked })
  if (found?.isLoopback) {
    process.stderr.write('error: The bootstrap nodes are on this machine, so there is no NAT to see.\n')
    return 1
  }
  const place = placeOf({ addresses: ownAddresses(), found })
  const file = fieldScenario(place, { role, other })
  const path = resolve(out)
  const text = `${JSON.stringify(file, undefined, 2)}\n`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  } catch (error) {
    throw NetsimError.fileUnusable(path, error)
  }
  const natClass = found?.natClass ?? 'udp-blocked'
  if (json) {
    process.stdout.write(`${JSON.stringify({ natClass, ...place, file: path })}\n`)
    return 0
  }
  const lines = [
    `This machine's NAT, as HyperDHT sees it: ${natClass}`,
    ...place.measured.map((each) => `  measured: ${each}`),
    ...place.assumed.map((each) => `  assumed:  ${each}`),
  ]
  process.stdout.write(
    `${lines.join('\n')}\n\nWritten to ${path}, without any address of yours. To play it:\n`,
  )
  process.stdout.write(`  npx node tools/netsim/src/main.ts --file ${path}\n`)
  return 0
}

/** Undefined where no UDP comes back, though somebody who answers others was asked. */
async function examine({
  bootstrap,
  udpBlocked,
}: {
  bootstrap: string | undefined
  udpBlocked: true | undefined
}): Promise<NetworkFindings | undefined> {
  try {
    return await examineNetwork(bootstrap === undefined ? {} : { bootstrap: parseBootstrap(bootstrap) })
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error
    if (error.code === 'NO_UDP') {
      if (udpBlocked || (bootstrap === undefined && (await namesResolve()))) return undefined
      throw NetsimError.bootstrapSilent(bootstrap ?? 'the public DHT')
    }
    if (error.code === 'BOOTSTRAP_INVALID') throw new NetsimError('ADDRESS_INVALID', error.message)
    throw NetsimError.probeFailed(error.message)
  }
}

/** This machine is online: of three nodes in three places that answer nothing, the network in between is the likely reason. */
async function namesResolve(): Promise<boolean> {
  return lookup('node1.hyperdht.org').then(
    () => true,
    () => false,
  )
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
}
