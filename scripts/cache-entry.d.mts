/**
 * The folder of entry `name`, built by `build` when it is not there.
 * @param build fills the empty folder it is given; when it throws, nothing is kept
 * @throws Error when another process holds the lock for 15 minutes, and whatever `build` throws
 */
export function cacheEntry(
  folder: string,
  name: string,
  build: (target: string) => Promise<void>,
): Promise<string>
