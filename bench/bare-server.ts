/**
 * The floor of a cached answer: node:http alone, which sends one reply that it was given. Its reply stands in the
 * environment (`BARE_REPLY`, JSON of headers and body), its port in `BARE_PORT`.
 */
import { createServer } from 'node:http'

type Reply = { readonly headers: readonly string[]; readonly body: string }

const reply = JSON.parse(process.env['BARE_REPLY'] ?? '') as Reply
const body = Buffer.from(reply.body)
const headers = [...reply.headers]

const server = createServer((_, response) => {
  response.writeHead(200, headers).end(body)
})
server.keepAliveTimeout = 65_000 // as the api's
server.listen(Number(process.env['BARE_PORT']), '127.0.0.1')
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
