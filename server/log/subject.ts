const typePattern = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/
const partitionPattern = /^(0|[1-9]\d{0,5})$/
const prefix = 'events.'

/** NATS refuses subjects with empty tokens, wildcards or spaces, so a type may have none. */
export const isEventType = (type: string): boolean => type.length <= 200 && typePattern.test(type)

export const subjectOf = (type: string, partition: number): string => `${prefix}${type}.${partition}`

/** Where events of a producer in quarantine are kept, as `subjectOf` tells where they would go. */
export const quarantineSubject = (type: string, partition: number): string =>
  `quarantine.${type}.${partition}`

export interface EventSubject {
  type: string
  partition: number
}

/**
 * The type and partition a subject names. The last token is a partition when it is a number below `partitions`;
 * otherwise it belongs to the type and the partition is 0. A type that itself ends in such a number must
 * therefore always be published with its partition. Null when the subject is not one of events.
 */
export function parseSubject(subject: string, partitions: number): EventSubject | null {
  if (!subject.startsWith(prefix) || subject.length === prefix.length) return null
  const lastDot = subject.lastIndexOf('.')
  const last = subject.slice(lastDot + 1)
  if (lastDot >= prefix.length && partitionPattern.test(last) && Number(last) < partitions) {
    return { type: subject.slice(prefix.length, lastDot), partition: Number(last) }
  }
  return { type: subject.slice(prefix.length), partition: 0 }
}
