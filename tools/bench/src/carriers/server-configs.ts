/** The least that lets Icecast serve so many listeners, without a burst at the start. */
export function icecastConfig(options: { folder: string; port: number; clients: number }): string {
  const { clients, folder, port } = options
  return `<icecast>
  <location>bench</location><admin>bench</admin><hostname>localhost</hostname>
  <limits>
    <clients>${clients}</clients><sources>2</sources><queue-size>524288</queue-size>
    <client-timeout>30</client-timeout><header-timeout>15</header-timeout><source-timeout>10</source-timeout>
    <burst-on-connect>0</burst-on-connect><burst-size>0</burst-size>
  </limits>
  <authentication>
    <source-password>bench</source-password><relay-password>bench</relay-password>
    <admin-user>admin</admin-user><admin-password>bench</admin-password>
  </authentication>
  <listen-socket><port>${port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <fileserve>0</fileserve>
  <paths>
    <basedir>/usr/share/icecast2</basedir><logdir>${folder}</logdir>
    <webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot>
  </paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>2</loglevel></logging>
  <security><chroot>0</chroot><changeowner><user>icecast2</user><group>icecast</group></changeowner></security>
</icecast>
`
}

/** What of Janus is loaded: kind, library. */
export const JANUS_LIBRARIES: readonly (readonly [string, string])[] = [
  ['plugins', 'libjanus_streaming.so'],
  ['transports', 'libjanus_websockets.so'],
]

export function janusConfigs(options: {
  folder: string
  apiPort: number
  rtpPort: number
}): [string, string][] {
  const { apiPort, folder, rtpPort } = options
  const general = `general: {
  configs_folder = "${folder}"
  plugins_folder = "${folder}/plugins"
  transports_folder = "${folder}/transports"
  events_folder = "${folder}/none"
  loggers_folder = "${folder}/none"
  debug_level = 2
  session_timeout = 0
}
nat: { nice_debug = false, full_trickle = false, ice_lite = false }
`
  const streaming = `bench: {
  type = "rtp"
  id = 1
  audio = true
  video = false
  audioport = ${rtpPort}
  audioiface = "127.0.0.1"
  audiopt = 111
  audiocodec = "opus"
}
`
  const websockets = `general: { json = "compact", ws = true, ws_port = ${apiPort}, ws_ip = "127.0.0.1", wss = false }
`
  return [
    ['janus.jcfg', general],
    ['janus.plugin.streaming.jcfg', streaming],
    ['janus.transport.websockets.jcfg', websockets],
  ]
}
