/** Health check of a container: exit code 0 when the URL answers with a 2xx within 2 s. The image has no curl. */
const [url = ''] = process.argv.slice(2)

try {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
  process.exitCode = response.ok ? 0 : 1
} catch (thrown) {
  process.stderr.write(`${url}: ${thrown.message}\n`)
  process.exitCode = 1
}
