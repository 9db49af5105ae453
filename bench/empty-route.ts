/** The floor of a call over HTTP: a hono app with one route that answers at once. Its port in `EMPTY_PORT`. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const app = new Hono()
app.get('/', (c) => c.json({ ok: true }))
app.post('/v1/holds', (c) => c.json({ ok: true }, 201))

const server = serve({ fetch: app.fetch, port: Number(process.env['EMPTY_PORT']), hostname: '127.0.0.1' })
process.once('SIGTERM', () => {
  server.close()
  if ('closeAllConnections' in server) server.closeAllConnections()
})
