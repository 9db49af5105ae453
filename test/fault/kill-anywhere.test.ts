/**
 * SIGKILL at any moment loses nothing (indexer design 3.1): the indexer is killed at random points, at its start,
 * in its first load and in the stream, while every kind of write goes on; each time the index ends as the table.
 * The long form kills 50 times.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { IS_SOAK } from '../support/capabilities.ts'
import { startWriting } from '../support/catalogue-writer.ts'
import { useDatabase } from '../support/database.ts'
import { elasticsearchOf, verifyDeep } from '../support/indexer-verify.ts'
import { type RunningProcess, spawnProcess } from '../support/processes.ts'
import { randomBy } from '../support/random.ts'
import { chooseSeed, say } from '../support/seed.ts'
import { fillCatalogue } from '../support/small-catalogue.ts'

const KILLS = IS_SOAK ? 50 : 8
const ITEMS = 3_000
const CATEGORIES = 6
const PER_SECOND = 500
/** From the start of the process: before, in and after the first load. */
const KILL_AFTER_MS = { least: 200, most: 2_500 }

const database = await useDatabase('kill')

test(
  `I1 and I2: ${KILLS} kills at random moments under ${PER_SECOND} writes a second lose nothing`,
  async () => {
    const seed = chooseSeed('kill-anywhere')
    const random = randomBy(seed)
    const client = elasticsearchOf(database)
    await fillCatalogue(database.pool, { items: ITEMS, categories: CATEGORIES })
    let indexer: RunningProcess = await spawnProcess('indexer', database.env)
    onTestFinished(() => indexer.kill())
    for (let kill = 1; kill <= KILLS; kill++) {
      const writing = startWriting({
        url: database.postgresUrl,
        perSecond: PER_SECOND,
        seed: seed + kill * 100,
        items: ITEMS,
        categories: CATEGORIES,
      })
      onTestFinished(() => writing.stop())
      const afterMs = KILL_AFTER_MS.least + random() * (KILL_AFTER_MS.most - KILL_AFTER_MS.least)
      await sleep(afterMs) // the moment is what is random here
      await indexer.kill()
      indexer = await spawnProcess('indexer', database.env)
      await writing.stop()
      const { differences, result } = await verifyDeep(database, client)
      say(`kill ${kill} after ${Math.round(afterMs)} ms: ${writing.written} writes, ${result.rows} rows`)
      expect(differences, `seed ${seed}, kill ${kill}\n${indexer.output().slice(-4_000)}`).toEqual([])
    }
    expect(await indexer.stop()).toBe(0)
  },
  KILLS * 30_000,
)
