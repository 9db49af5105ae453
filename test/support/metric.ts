/** Metrics of running processes, as a scraper reads them. */

/** @returns the sum of a metric over processes and all its labels; 0 where it was never counted */
export async function sumOf(metric: string, processes: readonly { readonly url: string }[]): Promise<number> {
  const texts = await Promise.all(processes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()))
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith(`${metric} `) || line.startsWith(`${metric}{`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}
