/** DuckDB's memory for batch runs, in MiB, unless PARALLAX_BATCH_MEMORY_MB says otherwise. Beyond it a statement spills. */
export const batchMemoryMb = 1024

/** What the process around DuckDB may take besides, in MiB: Node, its code, and DuckDB's own that it does not count. */
export const nodeMb = 1024
