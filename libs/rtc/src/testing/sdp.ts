/** An offer as libdatachannel writes it. */
export const OFFER: string = [
  'v=0',
  'o=rtc 550697722 0 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=group:LS 0',
  'a=msid-semantic:WMS *',
  'a=ice-options:ice2,trickle',
  'a=fingerprint:sha-256 BE:DD:16:79:F3:B8:26:C2:F4:73:A9:C6:23:3C:4E:71:50:FB:6A:C0:2A:DF:08:7A:D2:8A:31:F9:8D:B0:9C:BE',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=sendonly',
  'a=ssrc:1234 cname:pearcast',
  'a=ssrc:1234 msid:station audio',
  'a=msid:station audio',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=setup:actpass',
  'a=ice-ufrag:Pe4b',
  'a=ice-pwd:dhAPvW27dsmyeNFnjBFAZ2',
  '',
].join('\r\n')

/** The offer of a browser for one microphone, shortened to one line of each kind. */
export const BROWSER_OFFER: string = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE audio',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS 3f9c1d2e',
  'm=audio 54400 UDP/TLS/RTP/SAVPF 63 111 9 0 8 13 110 126',
  'c=IN IP4 203.0.113.7',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=candidate:1 1 udp 2122252543 5d1c7a5e-5b7b-4a53-9a54-3d1f0c9b8e7a.local 54400 typ host generation 0 network-id 1',
  'a=candidate:2 1 udp 1686052607 203.0.113.7 54400 typ srflx raddr 0.0.0.0 rport 0 generation 0 network-id 1',
  'a=ice-ufrag:zK2+',
  'a=ice-pwd:0a1B2c3D4e5F6g7H8i9J0k1L',
  'a=ice-options:trickle',
  'a=fingerprint:sha-256 be:dd:16:79:f3:b8:26:c2:f4:73:a9:c6:23:3c:4e:71:50:fb:6a:c0:2a:df:08:7a:d2:8a:31:f9:8d:b0:9c:be',
  'a=setup:actpass',
  'a=mid:audio',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'a=sendrecv',
  'a=msid:3f9c1d2e 77aa',
  'a=rtcp-mux',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111',
  'a=rtpmap:111 opus/48000/2',
  'a=rtcp-fb:111 transport-cc',
  'a=rtcp-fb:111 nack',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:9 G722/8000',
  'a=ssrc:2724041375 cname:w0rd',
  'a=ssrc:2724041375 msid:3f9c1d2e 77aa',
  '',
].join('\r\n')

/** Deterministic damage: lines dropped, doubled, swapped, and characters replaced. */
export function mutate(text: string, random: () => number): string {
  const lines = text.split('\r\n')
  const rounds = 1 + Math.floor(random() * 4)
  for (let i = 0; i < rounds; i++) {
    const at = Math.floor(random() * lines.length)
    const line = lines[at] ?? ''
    const kind = Math.floor(random() * 6)
    if (kind === 0) lines.splice(at, 1)
    if (kind === 1) lines.splice(at, 0, line)
    if (kind === 2) lines[at] = lines[Math.floor(random() * lines.length)] ?? ''
    if (kind === 3) lines[at] = replaceAt(line, Math.floor(random() * line.length), oddCharacter(random))
    if (kind === 4) lines[at] = line.slice(0, Math.floor(random() * line.length))
    if (kind === 5) lines[at] = line.replace(/\d+/, String(Math.floor(random() * 2 ** 40)))
  }
  return lines.join('\r\n')
}

function replaceAt(text: string, at: number, character: string): string {
  return text.slice(0, at) + character + text.slice(at + 1)
}

function oddCharacter(random: () => number): string {
  const odd = ['\u0000', '\n', ' ', ':', '%', '-', '0', 'é', '\u2028', '/', 'A'.repeat(300), '9'.repeat(30)]
  return odd[Math.floor(random() * odd.length)] ?? ''
}

/** mulberry32: the same seed gives the same damage. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
