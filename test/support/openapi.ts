/** Real answers judged by the OpenAPI document, with a validator that knows nothing of zod. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

type Json = Record<string, unknown>
type Operation = {
  readonly responses: Record<string, { content?: Record<string, { schema: unknown; example?: unknown }> }>
}
export type OpenApi = {
  readonly openapi: string
  readonly paths: Record<string, { readonly get?: Operation }>
  readonly components: { readonly schemas: Record<string, unknown> }
}

/** Judge of one document: faults of a reply to `GET path`, none when all is as promised. */
export type Judge = (path: string, status: number, contentType: string, body: unknown) => string[]

export function judgeBy(document: OpenApi): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'document', ...(document as unknown as Json) })
  const compiled = new Map<string, ValidateFunction>()
  return (path, status, contentType, body) => {
    const media = contentType.split(';', 1)[0] ?? ''
    const content = document.paths[path]?.get?.responses[status]?.content
    if (!content?.[media]) return [`${path} does not promise ${status} as ${media}`]
    const pointer = ['paths', path, 'get', 'responses', String(status), 'content', media, 'schema']
      .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
      .map(encodeURIComponent)
      .join('/')
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `document#/${pointer}` })
    compiled.set(pointer, validate)
    validate(body)
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
  }
}
