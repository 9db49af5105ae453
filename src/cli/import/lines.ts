/** A file as numbered lines, plain or gzip (told by its first bytes, not by its name), with bounded memory. */
import { createReadStream, type ReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** One physical line without its line break. null: longer than `LINE_BYTES_MAX`, and not kept. */
export type Line = { readonly line: number; readonly bytes: Buffer | null }

/** 200 times the longest line of the real data sets; a longer "line" is a file of another kind. */
export const LINE_BYTES_MAX = 4_000_000

const CHUNK_BYTES = 256 * 1024
const GZIP_MAGIC = [0x1f, 0x8b]
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** An opened file. `bytesRead` counts what was read from the disk, compressed when the file is. */
export type LineSource = {
  readonly size_bytes: number
  readonly bytesRead: () => number
  readonly lines: AsyncGenerator<Line[]>
}

/**
 * Open a file for reading by lines.
 * @throws the error of the file system, or of gunzip for a damaged file (while lines are taken)
 */
export async function openLines(path: string): Promise<LineSource> {
  const { size, isGzip } = await probe(path)
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  return { size_bytes: size, bytesRead: () => file.bytesRead, lines: splitLines(contentOf(file, isGzip)) }
}

async function probe(path: string): Promise<{ size: number; isGzip: boolean }> {
  const handle = await open(path, 'r')
  try {
    const head = Buffer.alloc(GZIP_MAGIC.length)
    await handle.read(head, 0, head.length, 0)
    const { size } = await handle.stat()
    return { size, isGzip: GZIP_MAGIC.every((byte, i) => head[i] === byte) }
  } finally {
    await handle.close()
  }
}

function contentOf(file: ReadStream, isGzip: boolean): Readable {
  // An error of either stream destroys both and reaches whoever reads the last one.
  const content = isGzip ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined) : file
  // It may come before the first line is taken, and an error event that nobody hears ends the process: 1 run in 15.
  content.on('error', () => undefined)
  return content
}

/** Lines of a byte stream, in arrays of what one chunk completed. */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  let line = 0
  let rest: Buffer[] = []
  let restBytes = 0
  for await (const chunk of chunks) {
    const lines: Line[] = []
    let from = 0
    for (let to = chunk.indexOf(LINE_FEED); to !== -1; to = chunk.indexOf(LINE_FEED, from)) {
      line += 1
      lines.push({ line, bytes: joined(rest, restBytes, chunk.subarray(from, to)) })
      rest = []
      restBytes = 0
      from = to + 1
    }
    const tail = chunk.subarray(from)
    restBytes += tail.length
    if (restBytes <= LINE_BYTES_MAX) rest.push(tail)
    else rest = [] // too long: only its length is kept
    if (lines.length > 0) yield lines
  }
  if (restBytes > 0) yield [{ line: line + 1, bytes: joined(rest, restBytes, Buffer.alloc(0)) }]
}

function joined(rest: readonly Buffer[], restBytes: number, last: Buffer): Buffer | null {
  if (restBytes + last.length > LINE_BYTES_MAX) return null
  const bytes = rest.length === 0 ? last : Buffer.concat([...rest, last])
  return bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes
}
