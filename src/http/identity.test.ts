import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { bearerOf, testIdentity } from '../../test/support/identity.ts'
import type { Role } from '../auth/token.ts'
import { Problem, problem } from '../errors.ts'
import type { ActLimits } from './act-limits.ts'
import type { AppEnv } from './context.ts'
import { type Access, createIdentify } from './identity.ts'

const AT = 1_764_000_000

/** An app with one route per access, whose clock a test moves. */
function shopAt(publicUrl = '', acts: ActLimits = testIdentity().acts) {
  const time = { now: AT }
  const options = testIdentity({ publicUrl, now: () => time.now, acts })
  const identify = createIdentify(options)
  const app = new Hono<AppEnv>()
  for (const access of ['guest', 'customer', 'inventory', 'orders'] satisfies Access[]) {
    app.all(`/${access}`, identify(access), (c) => c.text(c.get('identity').subject))
  }
  app.onError((thrown, c) => {
    if (!(thrown instanceof Problem)) throw thrown
    return c.text(thrown.type, thrown.status as 400)
  })
  const ask = async (path: string, headers: Record<string, string> = {}, method = 'POST') => {
    const reply = await app.request(path, { method, headers })
    return { status: reply.status, text: await reply.text(), cookie: reply.headers.get('set-cookie') }
  }
  const bearer = async (subject: string, role: Role) =>
    `Bearer ${(await options.tokens.issue(subject, role)).token}`
  return { ask, bearer, time, tokens: options.tokens }
}
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }
const tokenIn = (cookie: string | null) => /^[^=]+=([^;]+)/.exec(cookie ?? '')?.[1] ?? ''

describe('bearer tokens', () => {
  test('each access takes the roles that may, and no others', async () => {
    const { ask, bearer } = shopAt()
    const may: Record<Access, readonly Role[]> = {
      guest: ['guest', 'customer'],
      customer: ['customer'],
      inventory: ['inventory', 'orders'],
      orders: ['orders'],
    }
    for (const [access, roles] of Object.entries(may)) {
      for (const role of ['guest', 'customer', 'inventory', 'orders'] as const) {
        const reply = await ask(`/${access}`, { authorization: await bearer('someone', role) })
        expect([access, role, reply.status, reply.cookie]).toEqual([
          access,
          role,
          roles.includes(role) ? 200 : 403,
          null,
        ])
      }
    }
  })

  test('an expired, forged or missing token is 401, and a program never becomes a guest by accident', async () => {
    const { ask, bearer, time } = shopAt()
    const authorization = await bearer('guest:1', 'guest')
    time.now += 700
    expect(await ask('/guest', { authorization })).toMatchObject({ status: 401, text: 'unauthorized' })
    expect((await ask('/guest', { authorization: 'Bearer forged' })).status).toBe(401)
    expect((await ask('/guest', { authorization: 'Basic dTpw', ...OWN_PAGE })).status).toBe(401)
    expect(await ask('/guest')).toMatchObject({ status: 401, cookie: null })
  })

  test('a cookie of one person beside the token of another is refused, of the same it is passed over', async () => {
    const { ask, bearer } = shopAt()
    const [one, two] = [await bearer('guest:1', 'guest'), await bearer('customer:2', 'customer')]
    const cookie = `aisle_at=${one.slice('Bearer '.length)}`
    expect(await ask('/guest', { authorization: two, cookie })).toMatchObject({
      status: 400,
      text: 'ambiguous-credentials',
    })
    expect(await ask('/guest', { authorization: one, cookie })).toMatchObject({ status: 200, cookie: null })
  })
})

describe('cookies', () => {
  test('the first change from a page of ours makes a guest, who stays the same', async () => {
    const { ask } = shopAt()
    const first = await ask('/guest', OWN_PAGE)
    expect(first.text).toMatch(/^guest:[0-9a-f-]{36}$/)
    expect(first.cookie).toMatch(/^aisle_at=\S+; HttpOnly; SameSite=Lax; Path=\/; Max-Age=2592000$/)
    const second = await ask('/guest', { ...OWN_PAGE, cookie: `aisle_at=${tokenIn(first.cookie)}` })
    expect(second).toMatchObject({ status: 200, text: first.text, cookie: null })
  })

  test('a new guest is counted, and one who comes back is not', async () => {
    const acts: string[] = []
    const { ask } = shopAt('', {
      take: (_, act, subject) => {
        acts.push(`${act} ${subject}`)
        return Promise.resolve({})
      },
    })
    const { cookie } = await ask('/guest', OWN_PAGE)
    await ask('/guest', { ...OWN_PAGE, cookie: `aisle_at=${tokenIn(cookie)}` })
    expect(acts).toEqual(['guest null'])
  })

  test('an address that makes guest after guest gets no more, and the ones it has go on', async () => {
    const state = { isLimited: false }
    const { ask } = shopAt('', {
      take: (_, act) =>
        state.isLimited && act === 'guest' ? Promise.reject(problem('rate-limited')) : Promise.resolve({}),
    })
    const { cookie } = await ask('/guest', OWN_PAGE)
    state.isLimited = true
    expect(await ask('/guest', OWN_PAGE)).toMatchObject({ status: 429, text: 'rate-limited', cookie: null })
    expect((await ask('/guest', { ...OWN_PAGE, cookie: `aisle_at=${tokenIn(cookie)}` })).status).toBe(200)
  })

  test('looking makes no guest', async () => {
    expect(await shopAt().ask('/guest', OWN_PAGE, 'GET')).toMatchObject({ status: 401, cookie: null })
  })

  test('the cookie is renewed in its second half and for thirty days after its end', async () => {
    const { ask, time } = shopAt()
    const first = await ask('/guest', OWN_PAGE)
    time.now += 301
    const renewed = await ask('/guest', { cookie: `aisle_at=${tokenIn(first.cookie)}` }, 'GET')
    expect(renewed).toMatchObject({ status: 200, text: first.text })
    expect(tokenIn(renewed.cookie)).not.toBe(tokenIn(first.cookie))
    time.now += 86_400
    const nextDay = await ask('/guest', { ...OWN_PAGE, cookie: `aisle_at=${tokenIn(renewed.cookie)}` })
    expect(nextDay.text).toBe(first.text)
    time.now += 31 * 86_400
    const nextMonth = await ask('/guest', { ...OWN_PAGE, cookie: `aisle_at=${tokenIn(nextDay.cookie)}` })
    expect(nextMonth.text).toMatch(/^guest:/)
    expect(nextMonth.text).not.toBe(first.text)
  })

  test('behind https the cookie is bound to the host and to TLS', async () => {
    const { ask } = shopAt('https://shop.example.com')
    const { cookie } = await ask('/guest', OWN_PAGE)
    expect(cookie).toMatch(/^__Host-aisle_at=\S+; HttpOnly; SameSite=Lax; Path=\/; Max-Age=2592000; Secure$/)
    const again = await ask('/guest', { ...OWN_PAGE, cookie: `aisle_at=${tokenIn(cookie)}` })
    expect(again.cookie).not.toBeNull() // a cookie without the prefix, which anybody near could set, is not ours
  })

  test('a cookie sent by a page of another site changes nothing', async () => {
    const { ask } = shopAt('https://shop.example.com')
    const { cookie } = await ask('/guest', OWN_PAGE)
    const mine = { cookie: `__Host-aisle_at=${tokenIn(cookie)}` }
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin: 'https://shop.example.com' },
      { origin: 'https://evil.example' },
      { origin: 'http://shop.example.com' },
      { origin: 'null' },
      {},
    ]
    for (const headers of foreign) {
      expect([headers, (await ask('/guest', { ...mine, ...headers })).text]).toEqual([headers, 'csrf'])
    }
    const own: Record<string, string>[] = [
      OWN_PAGE,
      { 'sec-fetch-site': 'none' },
      { origin: 'https://shop.example.com' },
    ]
    for (const headers of own) expect((await ask('/guest', { ...mine, ...headers })).status).toBe(200)
    expect((await ask('/guest', mine, 'GET')).status).toBe(200)
  })

  test('staff is not renewed by a cookie', async () => {
    const { ask, bearer, time } = shopAt()
    const cookie = `aisle_at=${(await bearer('anna', 'orders')).slice('Bearer '.length)}`
    expect((await ask('/orders', { ...OWN_PAGE, cookie })).status).toBe(200)
    time.now += 700
    expect(await ask('/orders', { ...OWN_PAGE, cookie })).toMatchObject({ status: 401, cookie: null })
  })
})

test('a token of another installation is of nobody here', async () => {
  const { ask } = shopAt()
  const reply = await ask('/guest', { authorization: await bearerOf('guest:1', 'guest', 'another_shop') })
  expect(reply.status).toBe(401)
})
