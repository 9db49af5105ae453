/** `/assets/{version}/{name}`: style sheet, scripts, drawings. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { problem } from '../../errors.ts'
import type { Assets } from '../assets.ts'
import type { AppEnv } from '../context.ts'

const FOR_GOOD = 'public, max-age=31536000, immutable'
/** A page of another version asks while processes are replaced: it gets ours, and does not keep it. */
const NOT_AT_ALL = 'no-store'

export const assetRoutes = (assets: Assets) => {
  const app = new OpenAPIHono<AppEnv>()
  app.get('/assets/:version/:name{.+}', (c) => {
    const asset = assets.files.get(c.req.param('name'))
    if (!asset) throw problem('not-found')
    const isPacked = takesGzip(c.req.header('accept-encoding'))
    return c.body(isPacked ? asset.gzipped : asset.body, 200, {
      'content-type': asset.type,
      ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
      vary: 'accept-encoding',
      'cache-control': c.req.param('version') === assets.version ? FOR_GOOD : NOT_AT_ALL,
    })
  })
  app.get('/favicon.ico', (c) => c.redirect(`/assets/${assets.version}/icon.svg`, 302))
  return app
}

/** Named, and not with a weight of zero (RFC 9110 12.5.3). */
function takesGzip(accepts = ''): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(accepts)
}
