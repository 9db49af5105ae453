/** docker-compose.yml as far as it can be judged without an engine. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { configReport, parseConfig } from '../src/config.ts'
import { ELASTICSEARCH_VERSION } from '../stack/elasticsearch-home.ts'
import { MEMORY_FLAGS } from '../stack/memory-flags.ts'
import { ROOT } from './support/sources.ts'

const Service = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  healthcheck: z.object({ test: z.array(z.string()), interval: z.string(), timeout: z.string() }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  restart: z.string().optional(),
  stop_grace_period: z.string().optional(),
})

const file = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')
const { services } = z
  .object({ services: z.record(z.string(), Service) })
  .parse(parse(withDefaults(file), { merge: true }))
const all = Object.entries(services)
const product = all.filter(([, service]) => service.build)

/** `${NAME:-text}` as the engine reads it when NAME is not set. */
function withDefaults(text: string): string {
  return text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')
}

test('compose has the servers of the stack, the processes of the product, a payment provider and a proxy', () => {
  expect(Object.keys(services).sort()).toEqual(
    [
      'api',
      'elasticsearch',
      'indexer',
      'migrate',
      'payments',
      'postgres',
      'proxy',
      'redis',
      'redis-cache',
      'worker',
    ].sort(),
  )
})

test('every service that stays has a health check and every other one is waited for to the end', () => {
  for (const [name, service] of all) {
    if (service.restart === 'no') expect(dependents(name), name).toContain('service_completed_successfully')
    else expect(service.healthcheck, name).toBeDefined()
  }
})

function dependents(name: string): (string | undefined)[] {
  return all.map(([, service]) => service.depends_on?.[name]?.condition)
}

test('every dependency is a service and is waited for until it is healthy or done', () => {
  for (const [name, service] of all) {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const isStaying = services[other]?.restart !== 'no'
      expect(condition, `${name} on ${other}`).toBe(
        isStaying ? 'service_healthy' : 'service_completed_successfully',
      )
    }
  }
})

test('every image is pinned and Elasticsearch is the version of the local stack', () => {
  for (const [name, service] of all) expect(service.image, name).toMatch(/^[a-z]+:\d+(\.\d+)*$/)
  expect(services['elasticsearch']?.image).toBe(`elasticsearch:${ELASTICSEARCH_VERSION}`)
})

describe('processes of the product', () => {
  test('every command names a file that is there', () => {
    for (const [name, service] of product) {
      const [program, ...rest] = service.command ?? []
      const entry = rest.find((word) => !word.startsWith('--')) ?? '' // before it stand flags of Node
      expect(program, name).toBe('node')
      expect(existsSync(join(ROOT, entry)), `${name}: ${entry}`).toBe(true)
    }
  })

  test('every environment is a configuration that the process accepts', () => {
    for (const [name, service] of product) {
      const result = parseConfig(service.environment ?? {}, name === 'api' ? 'api' : 'other')
      expect(result.ok ? '' : configReport(result.problems), name).toBe('')
    }
  })

  test('the image is built from files that are there, and that its ignore file lets through', () => {
    const [dockerfile] = new Set(product.map(([, service]) => service.build?.dockerfile))
    const copied = readFileSync(join(ROOT, dockerfile ?? ''), 'utf8').matchAll(/^COPY (.+) \S+$/gm)
    const sources = [...copied].flatMap((match) => (match[1] ?? '').split(' '))
    expect(sources).toContain('src')
    const ignored = readFileSync(join(ROOT, `${dockerfile}.dockerignore`), 'utf8').split('\n')
    for (const source of sources) {
      expect(existsSync(join(ROOT, source)), source).toBe(true)
      expect(ignored, source).toContain(`!${source}`)
    }
  })
})

describe('the memory of a process', () => {
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
  const flagsOf = (command: readonly string[] = []) => command.filter((word) => word.startsWith('--'))

  test.each(['api', 'worker', 'indexer'])(
    'is bounded by the same flags for the %s in a container',
    (name) => {
      expect(flagsOf(services[name]?.command)).toEqual(MEMORY_FLAGS)
    },
  )

  test('is bounded in a container that nobody gives a command: it is an api', () => {
    const command = JSON.parse(/^CMD (.+)$/m.exec(read('deploy/Dockerfile'))?.[1] ?? '[]') as string[]
    expect(command).toEqual(services['api']?.command)
  })

  test('is bounded for bin/indexer', () => {
    expect(/^FLAGS='(.+)'$/m.exec(read('bin/indexer'))?.[1]?.split(' ')).toEqual(MEMORY_FLAGS)
  })
})

test('a container is not killed while its process may still end by itself', () => {
  const stopMs = /^const STOP_MS = ([\d_]+)$/m.exec(readFileSync(join(ROOT, 'src/main.ts'), 'utf8'))?.[1]
  for (const [name, { stop_grace_period: grace }] of product) {
    expect(Number(grace?.replace(/s$/, '')) * 1_000, name).toBeGreaterThan(
      Number(stopMs?.replaceAll('_', '')),
    )
  }
})

test('an api that stops waits until the proxy has seen it', () => {
  const checks = readFileSync(join(ROOT, 'deploy/haproxy.cfg'), 'utf8').matchAll(
    /check inter (\d+)s .*fall (\d+)/g,
  )
  const [seconds = 0] = [...checks].map(([, inter, fall]) => Number(inter) * Number(fall))
  expect(seconds).toBeGreaterThan(0)
  const waitMs = Number(services['api']?.environment?.['AISLE_DRAIN_WAIT_MS'])
  expect(waitMs).toBeGreaterThan((seconds + 1) * 1_000)
})

test('the Postgres of compose streams changes as the local one does', () => {
  const settings = services['postgres']?.command?.join(' ') ?? ''
  for (const setting of ['wal_level=logical', 'max_replication_slots=64', 'max_wal_senders=64']) {
    expect(settings).toContain(setting)
  }
})

test('the proxy is told every name that its configuration reads', () => {
  const { environment = {} } = services['proxy'] ?? {}
  const read = readFileSync(join(ROOT, 'deploy/haproxy.cfg'), 'utf8').matchAll(/"\$\{(\w+)\}"/g)
  expect([...new Set([...read].map(([, name]) => name))].sort()).toEqual(Object.keys(environment).sort())
})

test('the proxy forwards nothing of administration, and containers keep it to themselves', () => {
  const refused = /^ *http-request return status 404 if \{ path \/admin \} or \{ path_beg \/admin\/ \}$/m
  expect(readFileSync(join(ROOT, 'deploy/haproxy.cfg'), 'utf8')).toMatch(refused)
  for (const [name, { environment = {} }] of product) {
    expect(
      Object.keys(environment).filter((key) => key.startsWith('AISLE_ADMIN_')),
      name,
    ).toEqual([])
  }
})
