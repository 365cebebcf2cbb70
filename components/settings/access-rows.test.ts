import { expect, it } from 'vitest'
import { accessRows, mayDo } from './access-rows'

const procedures = [
  { path: 'auth.me', changes: false, role: 'public' as const },
  { path: 'pipelines.list', changes: false, role: 'viewer' as const },
  { path: 'deadLetters.list', changes: false, role: 'viewer' as const },
  { path: 'plans.create', changes: true, role: 'operator' as const },
  { path: 'someThing.doIt', changes: true, role: 'operator' as const },
  { path: 'users.list', changes: false, role: 'admin' as const },
]

it('tells what is seen in one line a role, and each change by itself', () => {
  expect(accessRows({ procedures }).map(({ says, role }) => `${role}: ${says}`)).toEqual([
    'viewer: See pipelines and dead letters',
    'operator: Make a plan',
    'operator: Some thing: do it',
    'admin: See people',
  ])
})

it('leaves nothing out but what needs no sign-in', () => {
  const told = accessRows({ procedures }).flatMap(({ paths }) => paths)
  expect(told.sort()).toEqual(
    procedures
      .filter(({ role }) => role !== 'public')
      .map(({ path }) => path)
      .sort(),
  )
})

it('a role may do what the ones below it may', () => {
  expect(mayDo('operator', 'viewer')).toBe(true)
  expect(mayDo('operator', 'admin')).toBe(false)
})
