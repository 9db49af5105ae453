/**
 * Tokens and positions of every analyzer of the items index, by `_analyze` on whichever server the stack gives:
 * the local one with this project's plugin, or a full Elasticsearch with its own module. Both must give these.
 */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { ANALYSIS } from '../../mappings/analysis.ts'

const { elasticsearch, run } = inject('servers')
const index = `${elasticsearch}/t_${run}_analysis`

const Analyzed = z.object({ tokens: z.array(z.object({ token: z.string(), position: z.number() })) })

async function send(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return await response.json()
}

/** Tokens by position: `a|b c` is a and b at one position, c at the next; `_` is a position without a token. */
async function analyze(how: object): Promise<string> {
  const { tokens } = Analyzed.parse(await send('POST', `${index}/_analyze`, how))
  const positions: string[][] = []
  for (const { token, position } of tokens) {
    const here = positions[position] ?? []
    positions[position] = [...here, token]
  }
  return Array.from(positions, (here) => here?.join('|') ?? '_').join(' ')
}

beforeAll(() => send('PUT', index, { settings: { analysis: ANALYSIS, number_of_replicas: 0 } }))
afterAll(() => send('DELETE', index))

type Analyzer = keyof typeof ANALYSIS.analyzer

// biome-ignore format: a table reads by columns
const CASES: Readonly<Record<Analyzer, readonly (readonly [text: string, tokens: string])[]>> = {
  txt: [
    ["Men's Café & Co. boxes", 'men cafe and co boxe'],
    ['AT&T batteries', 'at and t battery'],
    ['Größe MÜLLER-Lüdenscheidt', 'grosse muller ludenscheidt'],
  ],
  raw: [
    ['Größe MÜLLER-Lüdenscheidt 4K', 'grosse muller ludenscheidt 4k'],
    ['boxes', 'boxes'],
  ],
  pre: [
    ['Canon ink ca', 'c|ca|can|cano|canon i|in|ink'],
    ['abcdefghijklmnopqrstuvwxyz', Array.from({ length: 20 }, (_, i) => 'abcdefghijklmnopqrst'.slice(0, i + 1)).join('|')],
  ],
  code: [['WD-40 / EÜ', 'wd40eu']],
  code_pre: [
    ['ab-12345', 'ab1|ab12|ab123|ab1234|ab12345'],
    ['a-1', ''],
  ],
  code_tri: [['AB-12 cd', 'ab1|b12|12c|2cd']],
  code_parts: [
    ['SM-G975F', 'sm-g975f|smg975f|sm g 975 f'],
    ['WD40EFRX-68N32N0 wd40', 'wd40efrx-68n32n0|wd40efrx68n32n0|wd 40 efrx 68 n 32 0 wd40'],
    ['ThinkPad', 'thinkpad'],
  ],
}

for (const [analyzer, cases] of Object.entries(CASES)) {
  for (const [text, tokens] of cases) {
    test(`${analyzer} makes "${tokens}" of "${text}"`, async () => {
      expect(await analyze({ analyzer, text })).toBe(tokens)
    })
  }
}

test('the normalizer folds case and accents and keeps one token', async () => {
  expect(await analyze({ normalizer: 'fold', text: 'Größe ÉCOLE' })).toBe('grosse ecole')
})

/** Parts that the plugin has and the analyzers above do not use in this form. */
// biome-ignore format: a table reads by columns
const PARTS: readonly (readonly [name: string, how: object, tokens: string])[] = [
  ['english stems', { tokenizer: 'whitespace', filter: [{ type: 'stemmer', language: 'english' }], text: 'running batteries' }, 'run batteri'],
  ['both forms are kept by asciifolding', { tokenizer: 'keyword', filter: [{ type: 'asciifolding', preserve_original: true }], text: 'café' }, 'cafe|café'],
  ['truncate cuts', { tokenizer: 'keyword', filter: [{ type: 'truncate', length: 3 }], text: 'abcdef' }, 'abc'],
  ['length leaves a gap', { tokenizer: 'whitespace', filter: [{ type: 'length', min: 2, max: 3 }], text: 'a bc def ghij kl' }, '_ bc def _ kl'],
  ['unique leaves no gap', { tokenizer: 'whitespace', filter: ['unique'], text: 'a b a c' }, 'a b c'],
  ['pattern_replace rewrites tokens', { tokenizer: 'whitespace', filter: [{ type: 'pattern_replace', pattern: '0+', replacement: 'O' }], text: 'x00 0y' }, 'xO Oy'],
  ['ngram gives every part', { tokenizer: 'keyword', filter: [{ type: 'ngram', min_gram: 2, max_gram: 3 }], text: 'abc' }, 'ab|abc|bc'],
  ['case change splits', { tokenizer: 'keyword', filter: [{ type: 'word_delimiter_graph' }], text: 'PowerShot2' }, 'Power Shot 2'],
  ['mapping reads its escapes', { tokenizer: 'keyword', char_filter: [{ type: 'mapping', mappings: ['\\u0026 => \\u0020und\\u0020', 'q => kw'] }], text: 'a&q' }, 'a und kw'],
]

for (const [name, how, tokens] of PARTS) {
  test(`analysis: ${name}`, async () => {
    expect(await analyze(how)).toBe(tokens)
  })
}

test('a pattern_replace without a pattern is refused', async () => {
  const how = { tokenizer: 'keyword', filter: [{ type: 'pattern_replace' }], text: 'x' }
  await expect(analyze(how)).rejects.toThrow('400')
})
