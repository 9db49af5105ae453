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

/**
 * Run `work` while no other process runs work under the same lock file. Its folder must be there.
 * @throws Error when another process holds the lock for 15 minutes, and whatever `work` throws
 */
export function withLock<T>(lock: string, work: () => Promise<T>): Promise<T>
