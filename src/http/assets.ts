/**
 * Files that pages load, read once at start: a request can name none that was not there then. Their URLs carry
 * a hash of all of them together, so that modules import each other by relative names and a browser keeps
 * every version for good.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { constants, gzipSync } from 'node:zlib'

export type Asset = {
  readonly body: Uint8Array<ArrayBuffer>
  /** Packed as small as gzip can, once: a proxy that packs each reply anew does it fast instead (8.9 kB of style against 5.2). */
  readonly gzipped: Uint8Array<ArrayBuffer>
  readonly type: string
}
export type Assets = {
  /** 12 hex digits over names and contents. */
  readonly version: string
  /** By path below the version, such as `browser/main.js`. */
  readonly files: ReadonlyMap<string, Asset>
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * @param folder URL of the folder with `shop.css`, images and `browser/`, ending in `/`
 * @throws Error when it cannot be read: a process without its files must not start
 */
export function loadAssets(folder: URL): Assets {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => typeOf(name) !== undefined && !name.includes('.test.'))
    .sort()
  const files = new Map<string, Asset>()
  const hash = createHash('sha256')
  for (const name of names) {
    const body = new Uint8Array(readFileSync(new URL(name, folder)))
    const gzipped = new Uint8Array(gzipSync(body, { level: constants.Z_BEST_COMPRESSION }))
    files.set(name, { body, gzipped, type: typeOf(name) ?? 'application/octet-stream' })
    hash.update(name).update('\0').update(body)
  }
  return { version: hash.digest('hex').slice(0, 12), files }
}

function typeOf(name: string): string | undefined {
  return TYPES[name.slice(name.lastIndexOf('.'))]
}
