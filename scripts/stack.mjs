// `npm run stack`: servers for development.
import { launch } from './launch.mjs'

await launch('stack/stack.ts')
