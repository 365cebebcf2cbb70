import type { Definition } from '../../pipeline'

/** Registry subjects an event of the pipeline may have been checked against. */
export const schemaSubjectsOf = ({ schemaSubject, eventType }: Definition): string[] => [
  ...new Set([schemaSubject, eventType].filter((subject) => subject !== null)),
]
