import { expect, test } from 'vitest'
import { debianMirror } from './obtain-nats-server'

test('the mirror is the one the system uses, in either format', () => {
  expect(debianMirror('deb https://mirror.example/debian bookworm main')).toBe(
    'https://mirror.example/debian',
  )
  expect(debianMirror('Types: deb\nURIs: http://deb.example/debian/\nSuites: bookworm')).toBe(
    'http://deb.example/debian',
  )
  expect(debianMirror('deb [arch=amd64 signed-by=/k.gpg] http://a.example/pub/debian stable main')).toBe(
    'http://a.example/pub/debian',
  )
})

test('other archives, security and comments do not count', () => {
  const sources = [
    '# deb http://old.example/debian stretch main',
    'deb https://packages.example/node nodistro main',
    'URIs: http://deb.example/debian-security',
    '',
  ].join('\n')
  expect(debianMirror(sources)).toBe('http://deb.debian.org/debian')
})
