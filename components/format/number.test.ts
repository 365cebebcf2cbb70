import { describe, expect, test } from 'vitest'
import {
  compactFigure,
  formatBytes,
  formatCompact,
  formatCount,
  formatMeasure,
  formatNumber,
  formatPercent,
  formatSigned,
  measureNumber,
  plural,
} from './number'

describe('counts', () => {
  test('are grouped and use the minus sign', () => {
    expect(formatCount(10004)).toBe('10,004')
    expect(formatCount(-2541)).toBe('−2,541')
  })
  test('stay exact under ten thousand and shorten above', () => {
    expect(compactFigure(9999)).toEqual({ value: '9,999', unit: '' })
    expect(compactFigure(21_812)).toEqual({ value: '21.8', unit: 'k' })
    expect(formatCompact(1_204_331)).toBe('1.2 M')
    expect(formatCompact(-58_560_000_000)).toBe('−58.6 G')
  })
  test('have a singular', () => {
    expect(plural(1, 'window')).toBe('1 window')
    expect(plural(1200, 'window')).toBe('1,200 windows')
  })
})

describe('numbers', () => {
  test('keep the asked digits but never drop whole ones', () => {
    expect(formatNumber(12.3456, 3)).toBe('12.3')
    expect(formatNumber(12345.6, 3)).toBe('12,346')
    expect(formatNumber(0.000123, 3)).toBe('0.000123')
    expect(formatNumber(-0.5, 3)).toBe('−0.5')
    expect(formatNumber(0, 3)).toBe('0')
  })
  test('say so when there is no value', () => {
    expect(formatNumber(Number.NaN, 3)).toBe('no value')
    expect(formatMeasure(null)).toBe('no value')
    expect(measureNumber(null)).toBeNull()
  })
  test('keep every digit of an exact decimal', () => {
    expect(formatMeasure('12345678901234567890.12')).toBe('12,345,678,901,234,567,890.12')
    expect(formatMeasure('-0.10')).toBe('−0.10')
    expect(measureNumber('12.5')).toBe(12.5)
  })
  test('show a zero as zero, never as nothing', () => {
    expect(formatMeasure(0)).toBe('0')
    expect(formatSigned(0)).toBe('0')
  })
  test('differences have a sign', () => {
    expect(formatSigned(400)).toBe('+400')
    expect(formatSigned(-3)).toBe('−3')
  })
})

test('shares show two digits, and never round a difference away', () => {
  expect(formatPercent(0.0003)).toBe('0.03')
  expect(formatPercent(0.154)).toBe('15.4')
  expect(formatPercent(0.00000001)).toBe('< 0.01')
  expect(formatPercent(0)).toBe('0.00')
})

test('bytes use decimal units', () => {
  expect(formatBytes(3_800_000_000)).toBe('3.8 GB')
  expect(formatBytes(12)).toBe('12 B')
})
