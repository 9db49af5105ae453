import { expect, test } from 'vitest'
import { readReadme, renderedReadme } from './support/readme.ts'

test('the README shows the help and the configuration that the code has', () => {
  const readme = readReadme()
  expect(renderedReadme(readme), 'run `npm run docs`').toBe(readme)
})
