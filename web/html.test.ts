import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { html, imageUrl, marked } from './html.ts'

test('values are escaped for text and for attributes', () => {
  const name = `<script>alert("1")</script> & 'x'`
  expect(html`<a title="${name}">${name}</a>`.text).toBe(
    '<a title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;</a>',
  )
})

test('html inside html stays, nothing shows nothing, lists are joined', () => {
  expect(html`<p>${[html`<b>${1}</b>`, '<', null, undefined, false]}</p>`.text).toBe('<p><b>1</b>&lt;</p>')
})

test('a highlighted name keeps its marks and nothing else', () => {
  expect(marked('A &amp; B <mark>usb</mark> <img src=x onerror=alert(1)>').text).toBe(
    'A &amp; B <mark>usb</mark> &lt;img src=x onerror=alert(1)&gt;',
  )
})

test.each([
  ['https://img.example.com/a.jpg', 'https://img.example.com/a.jpg'],
  ['http://img.example.com/a b.jpg', 'http://img.example.com/a%20b.jpg'],
  ['javascript:alert(1)', null],
  ['data:image/svg+xml,<svg onload=alert(1)>', null],
  ['//img.example.com/a.jpg', null],
  ['not a url', null],
  [null, null],
])('the image %s is used as %s', (given, used) => {
  expect(imageUrl(given)).toBe(used)
})

/** The tag escapes for quoted attributes only; an unquoted one could be left by a space. */
test('every attribute of the templates is quoted', () => {
  const folder = new URL('pages/', import.meta.url)
  const faults = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => /<[^>`]*=\$\{/.test(readFileSync(new URL(name, folder), 'utf8')))
  expect(faults).toEqual([])
})
