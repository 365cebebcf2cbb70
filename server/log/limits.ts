/** Every bound of this room, in one place. */

/** One event as JSON. */
export const maxEventBytes = 256 * 1024
/** Containers below `data`, itself included. */
export const maxDataDepth = 64
/** One CloudEvents attribute value, UTF-8. */
export const maxAttributeBytes = 1024
export const maxAttributes = 64
/** How far event time may lie ahead of the time of receipt. */
export const maxFutureMs = 24 * 3_600_000
/** One request body at the gateway. */
export const maxBodyBytes = 16 * 1024 * 1024
/** Events in one log message, a frame or a CloudEvents batch. */
export const maxMessageEvents = 10_000
/** What a dead letter keeps of the payload. */
export const maxDeadLetterBytes = 64 * 1024
/** Segments whose checksum a process remembers to have read; one beyond is read again when it is next opened. */
export const rememberedFiles = 50_000
/** How fast the archive's files are read to compare them with their checksums, beside all else. */
export const scrubBytesPerSecond = 16 * 1024 ** 2
/** How often each of them is. */
export const scrubEveryMs = 24 * 3_600_000
/** How often all are looked at, whether they are there and have their size; and how long a reader's finding waits. */
export const lookEveryMs = 60_000
export const suspectPollMs = 2_000
