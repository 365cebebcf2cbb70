import { expect, test } from 'vitest'
import { durabilityOf } from './durability'

test.each([
  ['2.9.10', 'always', 'interval', 60],
  ['2.9.10', 'unknown', 'interval', 60],
  ['2.10.27', 'always', 'always', 0],
  ['2.10.27', 'default', 'interval', 120],
  ['2.12.1', 'unknown', 'unknown', null],
] as const)('server %s with sync %s is said to be synced %s', (version, declared, sync, loss) => {
  expect(durabilityOf(version, declared)).toMatchObject({ sync, powerCutLossS: loss })
})
