/**
 * Why a pair is not heard without help, by name. Each is one of HyperDHT, or of the network itself: bare hyperdht meets
 * it in the same place.
 */
export const LIMITS = {
  'two-random-nats': 'neither NAT shows a port that the other could send to',
  'no-port-prediction':
    'HyperDHT does not guess the next port of a NAT that counts, and aborts where both sides map at random',
  'no-hairpin': 'their access point keeps them apart, and their NAT sends nothing back inside',
} as const

export type LimitName = keyof typeof LIMITS
