import fs from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  admitEventTrace,
  collectSpans,
  currentTrace,
  inTrace,
  recordSpan,
  withRootSpan,
  withSpan,
  type SpanRecord,
} from './telemetry'
import {
  formatTraceparent,
  isSampled,
  newTraceContext,
  readTraceparent,
  spanIdOf,
  traceIdOf,
} from './telemetry-context'
import { telemetryLimits } from './telemetry-limits'

const hex = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'.split('')), { minLength: digits, maxLength: digits })
    .map((all) => all.join(''))
    .filter((text) => !/^0+$/.test(text))

describe('a traceparent', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, asked) => {
        const context = { traceId, spanId, asked }
        expect(readTraceparent(formatTraceparent(context))).toEqual(context)
      }),
    )
  })

  it.each([
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', true],
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02', false],
    ['01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03-later', true],
  ])('%s is valid; asked to be kept: %s', (text, asked) => {
    expect(readTraceparent(text)).toMatchObject({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', asked })
  })

  it.each([
    undefined,
    null,
    5,
    '',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7',
    '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more',
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ])('%s is none', (text) => {
    expect(readTraceparent(text)).toBeNull()
  })
})

describe('ids', () => {
  it('are valid, and new each time', () => {
    const contexts = Array.from({ length: 2_000 }, newTraceContext)
    expect(new Set(contexts.map(({ traceId }) => traceId)).size).toBe(2_000)
    for (const context of contexts) expect(readTraceparent(formatTraceparent(context))).toEqual(context)
  })

  it('that follow from parts differ with any of them', () => {
    expect(spanIdOf('a', 'bc')).not.toBe(spanIdOf('ab', 'c'))
    expect(spanIdOf('a', 1)).toBe(spanIdOf('a', '1'))
    expect(traceIdOf('job', 'x')).toMatch(/^[0-9a-f]{32}$/)
  })

  it('are sampled at about one in a hundred', () => {
    const sampled = Array.from({ length: 20_000 }, (_, i) => isSampled(traceIdOf(i))).filter(Boolean)
    expect(sampled.length).toBeGreaterThan(120)
    expect(sampled.length).toBeLessThan(290)
  })
})

describe('spans', () => {
  let collected: ReturnType<typeof collectSpans>
  beforeEach(() => {
    collected = collectSpans()
    collected.take()
  })
  afterEach(() => {
    collected.stop()
  })

  it('nest as the work does, through awaits', async () => {
    const root = newTraceContext()
    await withRootSpan(root, null, { name: 'run', stage: 'batch' }, async () => {
      await Promise.all(
        ['a', 'b'].map((name) =>
          withSpan({ name, stage: 'batch' }, async () => {
            await Promise.resolve()
            await withSpan({ name: `${name}.in`, stage: 'batch' }, () => Promise.resolve())
          }),
        ),
      )
    })
    const { spans } = collected.take()
    const named = (name: string) => spans.find((span) => span.name === name)
    expect(named('run')).toMatchObject({ spanId: root.spanId, parentId: null, status: 'ok' })
    for (const name of ['a', 'b']) {
      expect(named(name)?.parentId).toBe(root.spanId)
      expect(named(`${name}.in`)?.parentId).toBe(named(name)?.spanId)
    }
  })

  it('of what throws say so, and the error goes on', async () => {
    const failing = withRootSpan(newTraceContext(), null, { name: 'run', stage: 'batch' }, () =>
      Promise.reject(new Error('the disk is full')),
    )
    await expect(failing).rejects.toThrow('the disk is full')
    expect(collected.take().spans[0]).toMatchObject({
      status: 'error',
      attributes: { error: 'the disk is full' },
    })
  })

  it('are not made where no trace is worked for', async () => {
    await withSpan({ name: 'alone', stage: 'batch' }, () => Promise.resolve())
    expect(collected.take().spans).toEqual([])
  })

  it('[law 11] beyond the buffer are dropped and counted', () => {
    const span: SpanRecord = {
      ...newTraceContext(),
      parentId: null,
      name: 'x',
      stage: 'read',
      startUs: 0,
      durationUs: 0,
      status: 'ok',
      attributes: {},
    }
    for (let i = 0; i < telemetryLimits.bufferedSpans + 7; i++) recordSpan(span)
    const { spans, dropped } = collected.take()
    expect(spans).toHaveLength(telemetryLimits.bufferedSpans)
    expect(dropped).toBe(7)
    expect(collected.take()).toEqual({ spans: [], dropped: 0 })
  })

  it('[law 11] of events are admitted so many a second, the others counted', () => {
    const at = 5_000_000
    const admitted = Array.from({ length: telemetryLimits.eventTracesPerSecond + 9 }, () =>
      admitEventTrace(at),
    )
    expect(admitted.filter(Boolean)).toHaveLength(telemetryLimits.eventTracesPerSecond)
    expect(admitEventTrace(at + 1_000)).toBe(true)
    expect(collected.take().dropped).toBe(9)
  })
})

describe('a log line', () => {
  it('written while a trace is worked for carries its id, another does not, also from another copy of the module', async () => {
    const written: string[] = []
    const spy = vi.spyOn(fs, 'writeSync').mockImplementation((_fd: number, text: string | Buffer) => {
      written.push(text.toString())
      return Buffer.byteLength(text.toString())
    })
    vi.stubEnv('PARALLAX_LOG_LEVEL', 'error')
    vi.resetModules()
    const { logger } = await import('./logger')
    const context = newTraceContext()
    inTrace(context, () => {
      expect(currentTrace()).toEqual(context)
      logger('test').error('inside')
    })
    logger('test').error('outside')
    spy.mockRestore()
    vi.unstubAllEnvs()
    const lines = written.map((line) => JSON.parse(line) as { msg: string; traceId?: string })
    expect(lines.find(({ msg }) => msg === 'inside')?.traceId).toBe(context.traceId)
    expect(lines.find(({ msg }) => msg === 'outside')?.traceId).toBeUndefined()
  })
})
