import type { EngineState } from '@pearcast/engine/schema'
import type { Path, Via } from '@pearcast/protocol'

/** Every word of the page, in one place: what a translation would replace. */
export const t = {
  name: 'pearCast',
  tabs: { label: 'Sections', listen: 'Listen', broadcast: 'Broadcast' },
  onAirBadge: 'On air',
  copied: 'Copied',
  notCopied: 'Not copied: not allowed',
  diagnostics: 'Copy diagnostics',
  firstUse: {
    label: 'Before you begin',
    addresses:
      'There is no server in between: a broadcaster and those who listen to it directly see each other’s IP address. Use pearCast only where that is all right.',
    understood: 'Understood',
  },
  relay: {
    title: 'Passing on',
    allow: 'Pass what I hear on to other listeners.',
    allowWhy:
      'This is what carries a station far: it uses your upload while you listen, and shows your address to those you serve.',
    budget: 'With at most',
    anyBudget: '2 Mbit/s, as usual',
    mbits: (bps: number): string => `${bps / 1_000_000} Mbit/s`,
    nobody: 'Nobody is served from here just now.',
    now: ({ bps, children, limitBps }: { bps: number; children: number; limitBps: number | null }): string =>
      `Serving ${children === 1 ? '1 listener' : `${children} listeners`} with ${Math.round(bps / 1000)} kbit/s` +
      (limitBps === null ? '.' : ` of at most ${Math.round(limitBps / 1000)}.`),
  },
  record: {
    begin: 'Record',
    end: 'End recording',
    goesTo: 'Recording to',
    isIn: 'Recorded:',
  },
  link: {
    opening: 'Opening …',
    connecting: 'The program behind this page does not answer. Trying again …',
    lost: 'The program behind this page has ended. Start pearCast again: it opens a new page.',
    restarted: (at: string): string =>
      `The program behind this page ended by itself and was started again at ${at}. What was on goes on.`,
    read: 'All right',
    replaced: 'pearCast is open in another tab, which plays and captures now.',
    useHere: 'Use this tab',
    denied:
      'This page does not know the program’s key. Open the page from pearCast itself: start it again, or press Enter where it runs.',
    version: 'The program is newer than this page. Reload it.',
    failed: (message: string): string =>
      `This browser cannot play here. Open the page in another one, or a newer one. It says: ${message}`,
  },
  listen: {
    title: 'Listen',
    linkLabel: 'A station’s link',
    linkPlaceholder: 'pearcast://…',
    play: 'Play',
    stop: 'Stop',
    keep: 'Keep',
    kept: 'Kept',
    volume: 'Volume',
    output: 'Play through',
    usualOutput: 'Usual device',
    level: 'Level',
    hear: 'Turn the sound on',
    hearWhy: 'The browser waits for a click before it plays.',
    untitled: 'A station',
    keptTitle: 'Kept stations',
    heardTitle: 'Heard lately',
    forget: (title: string): string => `Forget ${title}`,
    forgetAll: 'Forget all',
    emptyTitle: 'Nothing kept yet',
    empty: 'Ask a friend for a link, or go on air yourself: a station’s link begins with pearcast://',
    robust: 'Robust: more delay, fewer gaps',
    lowDelay: 'Low delay',
    nowPlaying: 'Now:',
    details: 'Details',
    impostor:
      'Somebody announces this station without its key. It is ignored; you hear only what the station signed.',
    phase: {
      searching: ['Searching', 'Looking for the station. Once it is on air, you hear it.'],
      connecting: ['Connecting', 'The station is found, its sound is on the way.'],
      playing: ['Playing', ''],
      'off-air': ['Off air', 'Not on air now. Stay here, and you hear it when it is.'],
      reconnecting: ['Reconnecting', 'The connection broke off. Finding the station again.'],
    },
    quiet: 'Connected. The station sends nothing just now.',
    starved: 'Waiting for sound: the connection is too slow just now.',
    comes: (how: string, delayMs: number): string =>
      `${how.charAt(0).toUpperCase()}${how.slice(1)}` +
      (Number.isFinite(delayMs)
        ? `, ${(Math.max(100, delayMs) / 1000).toFixed(1)} s behind the station`
        : ''),
    figures: {
      how: 'How it comes',
      delay: 'Delay',
      buffer: 'Buffer',
      held: 'In the buffer',
      lost: 'Lost or bridged',
      quality: 'Sound',
      of: (bad: number, all: number): string => `${bad} of ${all} pieces`,
      ms: (ms: number): string => `about ${Math.round(ms / 5) * 5} ms behind the station`,
      buffered: (ms: number): string => `${Math.round(ms)} ms`,
      sound: (bitrate: number, channels: number): string =>
        `${Math.round(bitrate / 1000)} kbit/s, ${channels === 2 ? 'stereo' : 'mono'}`,
      unknown: 'not known yet',
    },
  },
  broadcast: {
    title: 'Broadcast',
    station: 'Station',
    newStation: 'New station …',
    newStationLabel: 'Name of the station',
    create: 'Create',
    cancel: 'Cancel',
    emptyTitle: 'Your first station',
    empty: 'Give it a name. Its key is made on this computer and stays there; its link never changes.',
    showTitle: 'Title that listeners see',
    stationFirst: 'Create a station first.',
    inputs: 'Inputs',
    noRoom: 'There are as many inputs as fit. Remove one first.',
    addMic: 'Add a microphone',
    addFiles: 'Add audio files',
    dropHere: 'Drop audio files anywhere on this page.',
    noInputs: 'Nothing to hear yet: add a microphone or some audio files.',
    mic: 'Microphone',
    device: 'Device',
    playlist: 'Audio files',
    fader: (label: string): string => `Fader of ${label}`,
    meter: (label: string): string => `Level of ${label}`,
    mute: (label: string): string => `Mute ${label}`,
    muteShort: 'Mute',
    off: 'off',
    monitor: 'Hear it here',
    monitorOf: (label: string): string => `Hear ${label} here`,
    headphones: '(with headphones)',
    addTab: 'Add a tab’s sound',
    tab: 'Sound of a tab or screen',
    tabSilent: 'No sound came with it: choose a tab, or the whole screen, and turn on “Also share audio”.',
    tabFailed: 'The browser could not share that. Choose a tab: its sound comes with it.',
    tabDenied:
      'This computer does not let the browser share its screen. Allow it in the system’s settings, or choose a tab.',
    tabLost: 'The tab is not shared any more. Remove it.',
    description: 'A few words about it',
    descriptionExample: 'optional',
    nowPlaying: 'Now playing',
    nowPlayingExample: 'a title, a guest, a topic',
    tell: 'Tell',
    choosePicture: 'Choose a picture',
    removePicture: 'Remove',
    pictureStays: 'The picture stays on this computer.',
    pictureBroken: 'This browser cannot read that picture.',
    bitrate: 'Bitrate',
    kbits: (bps: number): string => `${bps / 1000} kbit/s`,
    removeInput: (label: string): string => `Remove ${label}`,
    resume: 'Play',
    pause: 'Pause',
    next: 'Next',
    lost: 'This device is gone. Plug it in again, or remove it.',
    cannotPlay: (name: string): string => `${name} is left out: this browser cannot play it.`,
    thenComes: (name: string): string => `then ${name}`,
    notAudio: (name: string): string => `${name} is left out: it is no audio file.`,
    micDenied:
      'The browser may not use the microphone. Allow it in the address bar, then add the microphone again.',
    micDeniedInWindow:
      'This computer keeps pearCast from the microphone. Allow it in the system’s settings, then add the microphone again.',
    micBusy: 'Another program holds the microphone. Close that program, then add the microphone again.',
    micMissing: 'There is no microphone. Plug one in, then add it again.',
    sound: 'Sound',
    voice: 'Voice',
    voiceWhy: 'Speech: mono, echo and noise taken out, loudness evened.',
    music: 'Music',
    musicWhy: 'As it is: stereo, nothing taken out.',
    goOnAir: 'Go on air',
    goOffAir: 'End',
    onAir: 'On air',
    phase: { off: 'Off air', starting: 'Going on air …', 'on-air': 'On air', stopping: 'Leaving …' },
    muteAll: 'Mute all',
    muted: 'Everything is muted: listeners hear silence.',
    programme: 'What goes on air',
    fine: 'This is what your listeners hear.',
    clipping: 'Too loud: the sound is cut off. Lower a fader.',
    silent: 'Silence: is the right input open, its fader up?',
    stalled: 'Listeners hear nothing: add an input.',
    share: 'Your station’s link',
    copy: 'Copy link',
    copyText: 'Copy invitation',
    shareButton: 'Share …',
    shareText: (title: string, link: string): string =>
      `“${title}” is on air. Listen with pearCast: open it, and paste this link.\n${link}`,
    qr: 'QR code of the link',
    audience: 'Listeners',
    nobody: 'Nobody yet. Give somebody the link.',
    count: (n: number): string => (n === 1 ? '1 listener' : `${n} listeners`),
    uplink: (bps: number): string => `${Math.round(bps / 1000)} kbit/s up`,
    more: (n: number): string => `and ${n} more`,
    since: (text: string): string => `for ${text}`,
    leaveWarning: 'You are on air. Without this page, listeners hear silence.',
  },
  trouble: {
    NO_UDP:
      'This network blocks UDP, which pearCast needs. Try another network, for example a phone’s hotspot.',
    NO_DHT: 'No node of the network answers. Check the internet connection, then try again.',
    ANNOUNCE_FAILED: 'The station could not be announced. Check the internet connection, then try again.',
    LINK_SCHEME: 'This is no station’s link: it begins with pearcast://',
    LINK_LENGTH: 'The link is not complete. Copy all of it.',
    LINK_CHARACTER: 'The link has a character that no link has. Copy it again.',
    LINK_CHECKSUM: 'The link has a typing mistake. Copy it again.',
    SUPERSEDED: 'The same station went on air elsewhere, so it ended here.',
  } satisfies Record<string, string> as Record<string, string>,
} as const

const DIRECT: Record<Via, string> = {
  lan: 'directly, on the same network',
  public: 'directly',
  punched: 'directly, through both routers',
  birthday: 'directly, through both routers',
  webrtc: 'directly',
  relay: 'through another peer',
}

/** How a peer is reached, in words; the names for who asks. */
export function route(path: Path | null, via: Via | null, hops: number | null = null): string {
  if (path === null || via === null) return t.listen.figures.unknown
  const how = path === 'relayed' ? relayed(hops) : DIRECT[via]
  return `${how} (${path === 'webrtc' ? 'WebRTC' : path}${via === 'webrtc' ? '' : `, ${via}`})`
}

function relayed(hops: number | null): string {
  return hops !== null && hops > 1 ? `through ${hops} other peers` : DIRECT.relay
}

export function troubleText({ code, message }: { code: string; message: string }): string {
  return t.trouble[code] ?? message
}

/** What a tab is called among others. */
export function pageTitle(state: EngineState | undefined): string {
  const { broadcast, listening } = state ?? {}
  if (broadcast?.phase === 'on-air') return `${t.onAirBadge}: ${broadcast.title} · ${t.name}`
  if (listening && listening.title !== '') return `${listening.title} · ${t.name}`
  return t.name
}

/** 75 s: 1:15 */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number): string => String(n).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
