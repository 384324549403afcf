import { randomInt } from 'node:crypto'
import fc from 'fast-check'

/**
 * Property tests draw the same cases each time, so that a change is judged by what it changed. To look further:
 * PEARCAST_TEST_SEED=random (or a number, to repeat what a failure printed).
 */
const wanted = process.env['PEARCAST_TEST_SEED'] ?? '1'
const seed = wanted === 'random' ? randomInt(2 ** 31) : Number(wanted)
if (!Number.isInteger(seed)) throw new Error(`PEARCAST_TEST_SEED is a number or "random", not ${wanted}`)
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
