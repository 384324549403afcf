/** What carries frames: sealed datagrams on a HyperDHT connection, RTP on an RTCPeerConnection, or other peers. */
export type Path = 'swarm' | 'webrtc' | 'relayed'

/** How a peer was reached. With `Path` the only two vocabularies for routes. */
export type Via = 'lan' | 'public' | 'punched' | 'birthday' | 'webrtc' | 'relay'
