import HyperDHT from 'hyperdht'

/*
 * A program that runs inside a host of the lab: persistent nodes of the private DHT on the host's public address.
 * Arguments: address, first port, number of nodes, bootstrap node (`-` for the host that has the first one). Prints
 * a line when its nodes are in the DHT.
 */

const [host = '', firstPort = '', count = '', bootstrap = ''] = process.argv.slice(2)
const ports = Array.from({ length: Number(count) }, (_, i) => Number(firstPort) + i)
const first = bootstrap === '-' ? `${host}:${firstPort}` : bootstrap
for (const port of ports) {
  const isFirst = `${host}:${port}` === first
  const node = isFirst
    ? HyperDHT.bootstrapper(port, host, { host })
    : new HyperDHT({ bootstrap: [first], ephemeral: false, firewalled: false, anyPort: false, host, port })
  await node.fullyBootstrapped()
}
process.stdout.write('ready\n')
