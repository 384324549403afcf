import HyperDHT from 'hyperdht'

/*
 * A program that runs inside a host of the lab: persistent nodes of the private DHT on the host's public address.
 * Arguments: its address, the address of the host that has the first node, the port of each host's first node, and
 * the number of nodes. Prints a line when its nodes are in the DHT.
 */

const [host = '', firstHost = '', firstPort = '', count = ''] = process.argv.slice(2)
const bootstrap = [{ host: firstHost, port: Number(firstPort) }]
for (let port = Number(firstPort); port < Number(firstPort) + Number(count); port++) {
  const isFirst = host === firstHost && port === Number(firstPort)
  const node = isFirst
    ? HyperDHT.bootstrapper(port, host, { host })
    : new HyperDHT({ bootstrap, ephemeral: false, firewalled: false, anyPort: false, host, port })
  await node.fullyBootstrapped()
}
process.stdout.write('ready\n')
