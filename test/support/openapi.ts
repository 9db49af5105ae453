/** Real answers judged by the OpenAPI document, with a validator that knows nothing of zod. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

type Json = Record<string, unknown>
export type Operation = {
  readonly 'x-access'?: string
  readonly responses: Record<string, { content?: Record<string, { schema: unknown; example?: unknown }> }>
}
export type OpenApi = {
  readonly openapi: string
  readonly paths: Record<string, { readonly [M in Method]?: Operation }>
  readonly components: { readonly schemas: Record<string, unknown> }
}

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const
export type Method = (typeof METHODS)[number]

/** Every operation of a document, with its name for messages. */
export function operationsOf(document: OpenApi) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      return operation ? [{ path, method, operation, name: `${method} ${path}` }] : []
    }),
  )
}

/** Judge of one document: faults of a reply to a method of a path, none when all is as promised. */
export type Judge = (
  path: string,
  status: number,
  contentType: string,
  body: unknown,
  method?: Method,
) => string[]

export function judgeBy(document: OpenApi): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'document', ...(document as unknown as Json) })
  const compiled = new Map<string, ValidateFunction>()
  return (path, status, contentType, body, method = 'get') => {
    const media = contentType.split(';', 1)[0] ?? ''
    const content = document.paths[path]?.[method]?.responses[status]?.content
    if (!content?.[media]) return [`${path} does not promise ${status} as ${media}`]
    const pointer = ['paths', path, method, 'responses', String(status), 'content', media, 'schema']
      .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
      .map(encodeURIComponent)
      .join('/')
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `document#/${pointer}` })
    compiled.set(pointer, validate)
    validate(body)
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
  }
}
