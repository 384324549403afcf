/** What a side of a connection is. The order is the order of the numbers on the wire. */
export type Role = 'broadcaster' | 'listener' | 'relay'

export const ROLES: readonly Role[] = ['broadcaster', 'listener', 'relay']
