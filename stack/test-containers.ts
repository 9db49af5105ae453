/**
 * The servers of a test run from a container engine, by testcontainers: the services of docker-compose.yml under
 * a project of their own, with volumes that go at the end. Its reaper removes them also when the run is killed.
 */
import { DockerComposeEnvironment, Wait } from 'testcontainers'
import { CHECKOUT, type StackState } from './state.ts'
import { withProgress } from './wait.ts'

/** Service of the compose file to the port inside its container. */
const PORTS = { postgres: 5432, elasticsearch: 9200, redis: 6379, 'redis-cache': 6379 } as const

export type TestContainers = {
  readonly urls: NonNullable<StackState['urls']>
  stop(): Promise<void>
}

/** Start them and wait until each is healthy. Pulls the images on the first run. */
export async function startTestContainers(): Promise<TestContainers> {
  const names = Object.keys(PORTS) as (keyof typeof PORTS)[]
  const environment = await withProgress(
    `containers: ${names.join(', ')}`,
    new DockerComposeEnvironment(CHECKOUT, 'docker-compose.yml')
      .withDefaultWaitStrategy(Wait.forHealthCheck())
      .up(names),
  )
  const address = (name: keyof typeof PORTS) => {
    const container = environment.getContainer(`${name}-1`)
    return `${container.getHost()}:${container.getMappedPort(PORTS[name])}`
  }
  return {
    urls: {
      postgres: `postgres://aisle:aisle@${address('postgres')}/aisle`,
      elasticsearch: `http://${address('elasticsearch')}`,
      redis: `redis://${address('redis')}`,
      redis_cache: `redis://${address('redis-cache')}`,
    },
    stop: async () => {
      await environment.down({ removeVolumes: true })
    },
  }
}
