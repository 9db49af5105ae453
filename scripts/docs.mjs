// `npm run docs`: writes the parts of the README that have a source: help of the programs, configuration.
import { launch } from './launch.mjs'

await launch('test/support/readme.ts', [])
