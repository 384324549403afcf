import { signal } from '@preact/signals'
import type { Profile } from '@pearcast/engine/schema'
import { command, state } from '../engine/client.ts'
import { isInWindow } from '../engine/window-port.ts'
import { t } from '../strings.ts'
import { freeSlot, openCapture, releaseSlot, useSlot } from './capture.ts'
import { Playlist } from './playlist.ts'

export interface StreamInput {
  /** A tab has no device, and cannot be opened again without its user. */
  kind: 'mic' | 'tab'
  slot: number
  deviceId: string
  stream: MediaStream
  node: MediaStreamAudioSourceNode
  isLost: boolean
}

interface FilesInput {
  kind: 'files'
  slot: number
  playlist: Playlist
}

export type Input = StreamInput | FilesInput

/** What this page captures; the faders are the engine's, by slot. */
export const inputs = signal<readonly Input[]>([])
/** The slots of those that a reload closed, until they are open again. */
export const returning = signal<readonly number[]>([])
export const microphones = signal<readonly MediaDeviceInfo[]>([])
export const inputTrouble = signal('')

/** Other browsers share pictures only, and the desktop window has no other tabs. */
export const canShareTab: boolean =
  !isInWindow &&
  'getDisplayMedia' in navigator.mediaDevices &&
  'suppressLocalAudioPlayback' in navigator.mediaDevices.getSupportedConstraints()

/** Chromium shares no sound without a picture: the least of one. */
const TAB_OPTIONS: DisplayMediaStreamOptions & Record<'systemAudio' | 'selfBrowserSurface', string> = {
  video: { width: 64, height: 36, frameRate: 1 },
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  systemAudio: 'include',
  selfBrowserSurface: 'exclude',
}
const REMEMBERED = 'pearcast-microphones'

/** Voice is freed of echo and noise; music is left as it is. */
function constraints(deviceId: string, profile: Profile): MediaStreamConstraints {
  const process = profile === 'voice'
  return {
    audio: {
      ...(deviceId !== '' && { deviceId: { exact: deviceId } }),
      channelCount: 2,
      echoCancellation: process,
      noiseSuppression: process,
      autoGainControl: process,
    },
  }
}

export async function addMicrophone(profile: Profile, deviceId = '', slot = roomForOne()): Promise<void> {
  if (slot === undefined) return
  inputTrouble.value = ''
  const stream = await openMicrophone(deviceId, profile)
  if (stream === undefined) return
  const { context } = await openCapture()
  const [track] = stream.getAudioTracks()
  const node = new MediaStreamAudioSourceNode(context, { mediaStream: stream })
  await useSlot(slot, node)
  const opened = track?.getSettings().deviceId ?? deviceId
  noteLoss(slot, track)
  inputs.value = [...inputs.value, { kind: 'mic', slot, deviceId: opened, stream, node, isLost: false }]
  remember()
  await listMicrophones()
  const strip = state.value?.inputs.find((each) => each.slot === slot)
  const label = track?.label === undefined || track.label === '' ? t.broadcast.mic : track.label
  await command({ name: 'set-input', slot, gainDb: 0, muted: false, ...strip, label })
}

/** Another device in the same place: its fader stays, and so does the broadcast. */
export async function changeMicrophone(
  input: StreamInput,
  deviceId: string,
  profile: Profile,
): Promise<void> {
  const stream = await openMicrophone(deviceId, profile)
  if (stream === undefined) return
  const { context } = await openCapture()
  const node = new MediaStreamAudioSourceNode(context, { mediaStream: stream })
  input.node.disconnect()
  stop(input.stream)
  await useSlot(input.slot, node)
  const [track] = stream.getAudioTracks()
  noteLoss(input.slot, track)
  update(input.slot, () => ({ ...input, deviceId, stream, node, isLost: false }))
  remember()
  const strip = state.value?.inputs.find((each) => each.slot === input.slot)
  if (strip !== undefined) await command({ name: 'set-input', ...strip, label: track?.label ?? strip.label })
}

/** With echo and noise taken out, or as they are. */
export async function reopenMicrophones(profile: Profile): Promise<void> {
  for (const input of inputs.value)
    if (input.kind === 'mic' && !input.isLost) await changeMicrophone(input, input.deviceId, profile)
}

/** The sound of a tab, or of the whole system where the browser offers that. Its user chooses, and may choose none. */
export async function addTab(): Promise<void> {
  const slot = roomForOne()
  if (slot === undefined) return
  inputTrouble.value = ''
  const stream = await navigator.mediaDevices.getDisplayMedia(TAB_OPTIONS).catch((error: unknown) => {
    inputTrouble.value = whyNoTab(error)
    return undefined
  })
  if (stream === undefined) return
  const [track] = stream.getAudioTracks()
  if (track === undefined) {
    stop(stream)
    inputTrouble.value = t.broadcast.tabSilent
    return
  }
  const { context } = await openCapture()
  const node = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) })
  await useSlot(slot, node)
  noteLoss(slot, track)
  inputs.value = [...inputs.value, { kind: 'tab', slot, deviceId: '', stream, node, isLost: false }]
  await command({ name: 'set-input', slot, label: t.broadcast.tab, gainDb: 0, muted: false })
}

/** What is no audio is told; of what the system has no name for, the browser finds out when its turn comes. */
export async function addFiles(files: readonly File[]): Promise<void> {
  const isAudio = ({ type }: File): boolean => type === '' || /^audio\/|^video\/(webm|mp4|ogg)$/.test(type)
  const other = files.find((file) => !isAudio(file))
  inputTrouble.value = other === undefined ? '' : t.broadcast.notAudio(other.name)
  const audio = files.filter(isAudio)
  if (audio.length === 0) return
  const known = inputs.value.find((input) => input.kind === 'files')
  if (known !== undefined) return known.playlist.add(audio)
  const slot = roomForOne()
  if (slot === undefined) return
  const { context } = await openCapture()
  const playlist = new Playlist(context, audio)
  await useSlot(slot, playlist.node)
  inputs.value = [...inputs.value, { kind: 'files', slot, playlist }]
  await command({ name: 'set-input', slot, label: t.broadcast.playlist, gainDb: 0, muted: false })
}

export async function removeInput(input: Input): Promise<void> {
  inputs.value = inputs.value.filter((each) => each !== input)
  if (input.kind !== 'files') {
    stop(input.stream)
    input.node.disconnect()
  } else {
    input.playlist.close()
  }
  remember()
  await releaseSlot(input.slot)
  await command({ name: 'remove-input', slot: input.slot })
}

/** After a reload: the microphones come back by themselves while on air, files cannot. */
export async function restoreInputs(): Promise<void> {
  const { broadcast, inputs: strips = [] } = state.value ?? {}
  const remembered = broadcast?.phase === 'on-air' ? recall() : {}
  returning.value = strips.map(({ slot }) => slot).filter((slot) => remembered[slot] !== undefined)
  for (const { slot } of strips) {
    const deviceId = remembered[slot]
    if (deviceId !== undefined && broadcast) await addMicrophone(broadcast.profile, deviceId, slot)
    if (inputs.value.every((input) => input.slot !== slot)) await command({ name: 'remove-input', slot })
    returning.value = returning.value.filter((each) => each !== slot)
  }
}

export function watchDevices(): void {
  navigator.mediaDevices.addEventListener('devicechange', () => void listMicrophones())
  void listMicrophones()
}

async function listMicrophones(): Promise<void> {
  const devices = await navigator.mediaDevices.enumerateDevices()
  microphones.value = devices.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== '')
}

async function openMicrophone(deviceId: string, profile: Profile): Promise<MediaStream | undefined> {
  try {
    return await navigator.mediaDevices.getUserMedia(constraints(deviceId, profile))
  } catch (error) {
    inputTrouble.value = whyNoMicrophone(error instanceof DOMException ? error.name : '')
    return undefined
  }
}

function whyNoMicrophone(name: string): string {
  if (name === 'NotReadableError') return t.broadcast.micBusy
  if (name !== 'NotAllowedError') return t.broadcast.micMissing
  return isInWindow ? t.broadcast.micDeniedInWindow : t.broadcast.micDenied
}

/** Empty where its user chose none: he knows. */
function whyNoTab(error: unknown): string {
  if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return t.broadcast.tabFailed
  return /system/i.test(error.message) ? t.broadcast.tabDenied : ''
}

function roomForOne(): number | undefined {
  const slot = freeSlot()
  if (slot === undefined) inputTrouble.value = t.broadcast.noRoom
  return slot
}

function update(slot: number, change: (input: StreamInput) => StreamInput): void {
  inputs.value = inputs.value.map((input) =>
    input.slot === slot && input.kind !== 'files' ? change(input) : input,
  )
}

function noteLoss(slot: number, track: MediaStreamTrack | undefined): void {
  track?.addEventListener('ended', () =>
    update(slot, (input) => (input.stream.getTracks().includes(track) ? { ...input, isLost: true } : input)),
  )
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

function remember(): void {
  const mics = inputs.value.filter((input): input is StreamInput => input.kind === 'mic')
  const devices = Object.fromEntries(mics.map(({ deviceId, slot }) => [slot, deviceId]))
  sessionStorage.setItem(REMEMBERED, JSON.stringify(devices))
}

function recall(): Record<number, string> {
  try {
    const devices: Record<number, string> = JSON.parse(sessionStorage.getItem(REMEMBERED) ?? '{}')
    return devices
  } catch {
    return {}
  }
}
