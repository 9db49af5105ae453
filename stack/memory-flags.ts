/** How Node is started for the processes of the product, wherever that is written: demo, benchmarks, containers, bin/indexer. */

/**
 * Node sizes the space for young objects by the memory of the machine, and the collector lets garbage grow: on 25 GB an
 * api under load held 431 MB without these and 270 MB with them, a load of the indexer 500 and 180 (bench memory).
 */
export const MEMORY_FLAGS = ['--max-semi-space-size=4', '--heap-growing-percent=40'] as const
