import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { edgeOptions } from '../../test/support/edge.ts'
import { createApp } from './app.ts'
import { listen } from './server.ts'
import { createStreamSeats } from './stream-seats.ts'

/** Connections that may ask at the same time. */
const ASKING = 1_000

test('a process takes a thousand connections that may ask, and a stream leaves them their number', async () => {
  const seats = createStreamSeats(10)
  const options = edgeOptions()
  const server = await listen(createApp(options), '127.0.0.1', 0, { streams: seats })
  const sockets: Socket[] = []
  const open = async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    sockets.push(socket)
    await once(socket, 'connect')
    socket.on('error', () => undefined) // closed with a question unread
    return socket
  }
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await server.drain(options.state, { waitMs: 0, finishMs: 1_000 })
  })
  const answerTo = (socket: Socket) =>
    new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(data.toString().slice(0, 15)))
      socket.once('close', () => resolve('closed'))
      socket.write('GET /livez HTTP/1.1\r\nHost: shop\r\n\r\n')
    })
  for (let i = 0; i < ASKING; i++) await open() // one by one: a listener has a short queue
  expect(await answerTo(await open())).toBe('closed')
  const leave = seats.take([])
  expect(await answerTo(await open())).toBe('HTTP/1.1 200 OK')
  leave()
  expect(await answerTo(await open())).toBe('closed')
})
