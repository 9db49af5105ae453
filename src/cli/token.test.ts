import { expect, test } from 'vitest'
import { runAisle } from '../../test/support/aisle-command.ts'
import { TEST_AUTH_KEY, testTokens } from '../../test/support/identity.ts'

const env = {
  DATABASE_URL: 'postgres://u:p@127.0.0.1:5432/shop',
  ELASTICSEARCH_URL: 'http://127.0.0.1:9200',
  REDIS_URL: 'redis://127.0.0.1:6379',
  AISLE_AUTH_KEY: TEST_AUTH_KEY,
}

test('the command gives a token that the api processes of the same key and database take', async () => {
  const { code, stdout } = await runAisle(
    env,
    'token',
    '--role',
    'orders',
    '--subject',
    'anna',
    '--minutes',
    '60',
  )
  expect(code).toBe(0)
  const verdict = await testTokens('shop').verify(stdout.trim())
  expect(verdict).toMatchObject({ outcome: 'valid', identity: { subject: 'anna', role: 'orders' } })
  const { identity } = verdict as Extract<typeof verdict, { outcome: 'valid' | 'expired' }>
  expect(identity.expires_at - identity.issued_at).toBe(3_600)
})

test('without a role or a key there is no token, and the reason is said', async () => {
  expect(await runAisle(env, 'token', '--role', 'root')).toMatchObject({ code: 2, stdout: '' })
  const { AISLE_AUTH_KEY: _, ...keyless } = env
  const end = await runAisle(keyless, 'token', '--role', 'orders')
  expect(end).toMatchObject({ code: 78, stdout: '' })
  expect(end.stderr).toContain('AISLE_AUTH_KEY')
})
