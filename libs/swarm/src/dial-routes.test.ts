import { describe, expect, test } from 'vitest'
import { DialRoutes } from './dial-routes.ts'

const at = (port: number): { host: string; port: number }[] => [{ host: '9.9.9.9', port }]

describe('the routes of a key', () => {
  test('the latest list counts, and another one than before is a move', () => {
    const routes = new DialRoutes()
    expect(routes.get('aa')).toEqual([])
    expect(routes.learn('aa', at(1))).toBe(false)
    expect(routes.learn('aa', at(1))).toBe(false)
    expect(routes.learn('aa', at(2))).toBe(true)
    expect(routes.get('aa')).toEqual(at(2))
    expect(routes.learn('bb', at(2))).toBe(false)
  })

  test('a node that was not told of the move neither takes it back nor makes another one of it', () => {
    const routes = new DialRoutes()
    routes.learn('aa', at(1))
    routes.learn('aa', at(2))
    expect(routes.learn('aa', at(1))).toBe(false)
    expect(routes.learn('aa', at(2))).toBe(false)
    expect(routes.get('aa')).toEqual(at(2))
  })

  test('who came back to where it was is found there once there has been a link', () => {
    const routes = new DialRoutes()
    routes.learn('aa', at(1))
    routes.learn('aa', at(2))
    routes.settle('aa')
    expect(routes.learn('aa', at(2))).toBe(false)
    expect(routes.learn('aa', at(1))).toBe(true)
    expect(routes.get('aa')).toEqual(at(1))
  })

  test('a list of nothing says nothing, and a flood of lists ends', () => {
    const routes = new DialRoutes()
    expect(routes.learn('aa', [])).toBe(false)
    const moves = Array.from({ length: 100 }, (_, port) => routes.learn('aa', at(port + 1)))
    expect(moves.filter(Boolean)).toHaveLength(7)
  })
})
