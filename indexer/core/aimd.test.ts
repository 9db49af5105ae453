import { expect, test } from 'vitest'
import { createAimd } from './aimd.ts'

test('success adds one open bulk after a while, up to the limit', () => {
  const aimd = createAimd(2, 4)
  for (let i = 0; i < 7; i++) aimd.succeeded()
  expect(aimd.limit).toBe(2)
  aimd.succeeded()
  expect(aimd.limit).toBe(3)
  for (let i = 0; i < 100; i++) aimd.succeeded()
  expect(aimd.limit).toBe(4)
})

test('a refusal halves the open bulks and leaves at least one', () => {
  const aimd = createAimd(4, 4)
  aimd.refused()
  expect(aimd.limit).toBe(2)
  for (let i = 0; i < 5; i++) aimd.refused()
  expect(aimd.limit).toBe(1)
})
