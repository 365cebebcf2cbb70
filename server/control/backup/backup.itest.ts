import path from 'node:path'
import { expect, test } from 'vitest'
import { startNatsServer } from '../../clients/embedded'
import { openNats } from '../../clients'
import { startTestServices } from '../../clients/testing'
import { eventsStream, provisionStreams } from '../../log'
import { systemClock } from '../../platform'
import { makeBackup } from './make-backup'
import { restoreBackup } from './restore-backup'

const say = () => undefined

test('[law 1] what nobody had read when it was backed up is in the restored log under its own numbers, and stays', async () => {
  await using source = await startTestServices()
  await using target = await startTestServices()
  const dir = path.join(source.dataDir, 'backup')
  const folders = { dir, archiveDir: path.join(source.dataDir, 'archive') }
  await provisionStreams(source.nats)
  for (let n = 1; n <= 40; n++) await source.nats.js.publish('events.shop.sale.0', String(n))
  await source.pool.query('INSERT INTO archive_position (id, seq, fence) VALUES (1, 10, 1)')
  await makeBackup({ ...source, clock: systemClock }, { ...folders, say })

  const home = path.join(target.dataDir, 'restored')
  let server = await startNatsServer({ dir: home })
  let nats = await openNats({ url: server.url, name: 'test' })
  const { step } = await restoreBackup(
    { ...target, nats, clock: systemClock },
    { ...folders, parts: ['postgres', 'archive', 'log'], replaces: true, say },
  )
  expect(step).toMatchObject({ restored: 30, filled: 0, lost: [] })
  // A server that is stopped and one that is killed come back with all of it.
  for (const stop of [() => server.stop(), () => process.kill(server.pid, 'SIGKILL')]) {
    await nats.nc.close()
    await stop()
    await server.exited
    server = await startNatsServer({ dir: home })
    nats = await openNats({ url: server.url, name: 'test' })
    const { state } = await nats.jsm.streams.info(eventsStream)
    expect([state.messages, state.first_seq, state.last_seq]).toEqual([30, 11, 40])
  }
  const message = await nats.jsm.streams.getMessage(eventsStream, { seq: 40 })
  expect(message?.string()).toBe('40')
  await nats.nc.close()
  await server.stop()
})
