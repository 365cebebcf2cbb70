import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readEnv } from './env'

describe('the environment', () => {
  test('has defaults for all that is not set or empty', () => {
    const env = readEnv({ PORT: '', DATABASE_URL: '  ' })
    expect(env).toEqual({ port: 3000, dataDir: path.resolve('.parallax'), logLevel: 'info' })
  })

  test('is read under its documented names', () => {
    const env = readEnv({
      PORT: '8080',
      PARALLAX_DATA_DIR: '/srv/parallax',
      NATS_URL: 'nats://a:4222,b:4222',
      NATS_CREDS: '/run/nats.creds',
      DATABASE_URL: 'postgresql://u:p@db/parallax',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318',
      PARALLAX_ADMIN_EMAIL: 'a@b.c',
      PARALLAX_ADMIN_PASSWORD: 'secret',
      PARALLAX_API_TOKEN: 'token',
      NATS_SERVER_BIN: '/opt/nats-server',
      PARALLAX_NATS_SYNC: 'always',
      PARALLAX_TRUSTED_PROXIES: '10.0.0.0/8',
      PARALLAX_REQUESTS_PER_S: '50',
      PARALLAX_EVENTS_PER_S: '5000',
      PARALLAX_BATCH_MEMORY_MB: '2048',
      PARALLAX_LOG_LEVEL: 'WARN',
    })
    expect(env).toEqual({
      port: 8080,
      dataDir: '/srv/parallax',
      natsUrl: 'nats://a:4222,b:4222',
      natsCreds: '/run/nats.creds',
      databaseUrl: 'postgresql://u:p@db/parallax',
      otlpEndpoint: 'http://otel:4318',
      adminEmail: 'a@b.c',
      adminPassword: 'secret',
      apiToken: 'token',
      natsServerBin: '/opt/nats-server',
      natsSync: 'always',
      trustedProxies: '10.0.0.0/8',
      requestsPerS: 50,
      eventsPerS: 5_000,
      batchMemoryMb: 2048,
      logLevel: 'warn',
    })
  })

  test.each([
    [{ PORT: '70000' }, 'PORT'],
    [{ PORT: '-1' }, 'PORT'],
    [{ PORT: '80.5' }, 'PORT'],
    [{ DATABASE_URL: 'mysql://db' }, 'DATABASE_URL'],
    [{ NATS_URL: 'http://nats' }, 'NATS_URL'],
    [{ PARALLAX_LOG_LEVEL: 'loud' }, 'PARALLAX_LOG_LEVEL'],
    [{ PARALLAX_EVENTS_PER_S: '0' }, 'PARALLAX_EVENTS_PER_S'],
    [{ PARALLAX_REQUESTS_PER_S: 'many' }, 'PARALLAX_REQUESTS_PER_S'],
    [{ PARALLAX_BATCH_MEMORY_MB: '64' }, 'PARALLAX_BATCH_MEMORY_MB'],
  ])('refuses %j and names the variable', (source, name) => {
    expect(() => readEnv(source)).toThrow(name)
  })

  test('does not repeat a refused URL, which may hold a password', () => {
    expect(() => readEnv({ DATABASE_URL: 'mysql://root:hunter2@db' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') as string }) as Error,
    )
  })
})
