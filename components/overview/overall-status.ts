import type { Status } from '@/components/ui'
import { statusWords } from '@/components/objectives'
import type { Overview } from '@/server/api'

export const overallStatus = (overall: Overview['fresh']['overall']): Status =>
  statusWords(overall?.status).status

const order: Status[] = ['bad', 'warn', 'unknown', 'ok']

/** Of two statuses the one that needs a person more. */
export const worse = (a: Status, b: Status): Status => (order.indexOf(a) <= order.indexOf(b) ? a : b)
