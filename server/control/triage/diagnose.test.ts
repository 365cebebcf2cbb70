import { expect, test } from 'vitest'
import { diagnose, type PartitionFacts } from './diagnose'

const at = (over: Partial<PartitionFacts> = {}): PartitionFacts => ({
  partition: 0,
  messages: 10,
  oldestS: 60,
  owner: 'w1',
  isOwnerAlive: true,
  silentMs: 500,
  hasSeenEvents: true,
  ...over,
})
const healthy = { isStuck: false, lastError: null }
const of = (over: Partial<PartitionFacts>, owner = healthy as Parameters<typeof diagnose>[0]['owner']) =>
  diagnose({ partition: at(over), owner, pause: null }).diagnosis

test('a pause says why before anything else is asked', () => {
  expect(diagnose({ partition: at(), owner: healthy, pause: 'Paused by K. Osei.' })).toEqual({
    diagnosis: 'paused',
    says: 'Paused by K. Osei.',
  })
})

test('nothing waits: current, or no data where nothing ever came', () => {
  expect(of({ messages: 0, oldestS: 0 })).toBe('current')
  expect(of({ messages: 0, oldestS: 0, hasSeenEvents: false })).toBe('no_data')
})

test('what just arrived is being folded, whoever holds it', () => {
  expect(of({ oldestS: 1, owner: null, isOwnerAlive: false })).toBe('current')
})

test('without a living worker it is unattended', () => {
  expect(of({ owner: null, isOwnerAlive: false, silentMs: 60_000 })).toBe('unattended')
  expect(of({ isOwnerAlive: false, silentMs: 60_000 })).toBe('unattended')
})

test('a living worker that commits nothing is wedged, one whose commits are refused has poison', () => {
  expect(of({ silentMs: 192_000 })).toBe('wedged')
  const poison = diagnose({
    partition: at({ silentMs: 192_000 }),
    owner: { isStuck: true, lastError: 'numeric field overflow' },
    pause: null,
  })
  expect(poison.diagnosis).toBe('poison')
  expect(poison.says).toContain('numeric field overflow')
  expect(diagnose({ partition: at({ silentMs: 192_000 }), owner: healthy, pause: null }).says).toContain(
    'no commit for 3 min 12 s',
  )
})

test('one that commits and lags is behind', () => {
  expect(of({ oldestS: 6 })).toBe('behind')
})
