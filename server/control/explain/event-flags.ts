import type { EventDecision } from './event-fate'

/** What is decided about an event, as bits of one number: events that are alike in them are marked alike. */
const bits = {
  passes: 1,
  usableKey: 2,
  winner: 4,
  metBySpeed: 8,
  late: 16,
  inSpeedHole: 32,
  unread: 64,
  beforeCut: 128,
  redriven: 256,
  kept: 512,
} as const

type Flag = keyof typeof bits

/** SQL of the number over the columns of a decision; `unread` is a condition on part and seq, `kept` one or none. */
export function flagsSql(columns: { unread: string; kept: string }): string {
  const tests: Record<Flag, string> = {
    passes: 'passes',
    usableKey: 'k IS NOT NULL',
    winner: 'winner',
    metBySpeed: 'dup_speed',
    late: 'late',
    inSpeedHole: 'unread',
    unread: columns.unread,
    beforeCut: '"before"',
    redriven: 'redrive IS NOT NULL',
    kept: columns.kept,
  }
  return Object.entries(tests)
    .map(([flag, test]) => `CASE WHEN ${test} THEN ${bits[flag as Flag]} ELSE 0 END`)
    .join(' + ')
}

export function flagsOf(number: number): Pick<EventDecision, Flag> {
  const has = (flag: Flag) => (number & bits[flag]) !== 0
  return {
    passes: has('passes'),
    usableKey: has('usableKey'),
    winner: has('winner'),
    metBySpeed: has('metBySpeed'),
    late: has('late'),
    inSpeedHole: has('inSpeedHole'),
    unread: has('unread'),
    beforeCut: has('beforeCut'),
    redriven: has('redriven'),
    kept: has('kept'),
  }
}
