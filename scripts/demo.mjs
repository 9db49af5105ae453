// `npm run demo`: servers, a catalogue, indexer, worker and api, with one command.
import { launch } from './launch.mjs'

await launch('stack/demo.ts')
