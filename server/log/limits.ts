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
