import { inTransaction, type Pool, type PoolClient } from '../../clients'
import { AppError, newId, type Clock } from '../../platform'
import { selectRouteSettings } from '../alerts/settings-store'
import type { ChannelKind, ChannelView } from '../model'
import type { Trail } from '../objectives/model'
import { checkSecret, readSettings } from './channel-settings'
import {
  findChannel,
  insertChannel,
  lockChannels,
  markTested,
  removeChannelRow,
  selectChannelViews,
  updateChannel,
} from './channel-store'
import type { ChannelRecord, NewsBody } from './delivery'
import type { SendResult } from './retry-plan'
import { sender } from './send'

const channelsLimit = 100

interface Deps {
  pool: Pool
  trail: Trail
}

export interface ChannelChange {
  /** Absent: a new one. */
  id?: number | undefined
  name: string
  kind: ChannelKind
  settings: unknown
  /** Absent: as it was. */
  secret?: string | null | undefined
}

export const listChannels = ({ pool }: { pool: Pool }): Promise<ChannelView[]> => selectChannelViews(pool)

/** The trail names what changed; a secret never leaves, not even there. */
export async function saveChannel(
  { pool, trail }: Deps,
  { actor, ...change }: ChannelChange & { actor: string },
): Promise<ChannelView> {
  const settings: Record<string, unknown> = readSettings(change.kind, change.settings)
  const { id, name } = await inTransaction(pool, async (client) => {
    await lockChannels(client)
    const before = change.id === undefined ? null : await required(client, change.id)
    const others = (await selectChannelViews(client)).filter((one) => one.id !== change.id)
    refuseBad(change, { before, others })
    const secret = change.secret === undefined ? (before?.secret ?? null) : change.secret
    checkSecret(change.kind, secret)
    const stored = { name: change.name, settings, secret }
    if (before) await updateChannel(client, before.id, stored)
    const saved = before ? before.id : await insertChannel(client, { ...stored, kind: change.kind, actor })
    await trail(client, {
      actor,
      action: before ? 'channel.change' : 'channel.add',
      object: change.name,
      detail: {
        kind: change.kind,
        change: { settings: { from: before?.settings ?? null, to: settings } },
        isSecretChanged: change.secret !== undefined,
      },
    })
    return { id: saved, name: change.name }
  })
  const view = (await selectChannelViews(pool)).find((one) => one.id === id)
  if (!view)
    throw new AppError('conflict', `Saving ${name} was undone: it was removed meanwhile. Reload the list.`)
  return view
}

function refuseBad(
  { name, kind }: ChannelChange,
  { before, others }: { before: ChannelRecord | null; others: readonly ChannelView[] },
): void {
  if (others.some((one) => one.name === name))
    throw new AppError(
      'conflict',
      `Saving the channel failed: another one is called ${name}. Choose another name.`,
    )
  if (before && before.kind !== kind)
    throw new AppError(
      'bad_request',
      `Saving the channel failed: ${name} is a ${before.kind} channel. Add a new one instead.`,
    )
  // Routes know it by its name.
  if (before && before.name !== name)
    throw new AppError(
      'bad_request',
      `Saving the channel failed: routes name it ${before.name}. Keep the name, or add a new one.`,
    )
  if (others.length >= channelsLimit)
    throw new AppError(
      'bad_request',
      `Saving the channel failed: there are ${channelsLimit} already. Remove one first.`,
    )
}

export async function removeChannel(
  { pool, trail }: Deps,
  { id, actor }: { id: number; actor: string },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await lockChannels(client)
    const { name, kind } = await required(client, id)
    const { routes } = await selectRouteSettings(client)
    if (routes.some(({ steps }) => steps.some(({ channels }) => channels.includes(name))))
      throw new AppError(
        'conflict',
        `Removing ${name} was refused: a route names it. Take it out of the routes first.`,
      )
    await removeChannelRow(client, id)
    await trail(client, { actor, action: 'channel.remove', object: name, detail: { kind } })
  })
}

async function required(client: Pool | PoolClient, id: number): Promise<ChannelRecord> {
  const found = await findChannel(client, id)
  if (!found) throw new AppError('not_found', `There is no channel ${id}. Reload the list.`)
  return found
}

export interface ChannelTest {
  isDelivered: boolean
  says: string
}

interface TestDeps extends Deps {
  clock: Clock
  allowInternal: boolean
}

/** Sends a test now, past the outbox, and says what came of it. */
export async function testChannel(
  { pool, trail, clock, allowInternal }: TestDeps,
  { id, actor }: { id: number; actor: string },
): Promise<ChannelTest> {
  const channel = await required(pool, id)
  const { consoleUrl, allowInternal: isAllowed } = await selectRouteSettings(pool)
  const now = clock.now()
  const key = `parallax-test-${newId()}`
  const send = sender({ allowInternal: allowInternal || isAllowed })
  const result = await send(channel, {
    body: testBody(channel, { actor, now, consoleUrl }),
    key,
    uniqueKey: key,
    now,
  })
  // What it opened at a receiver that keeps incidents, it closes.
  if (result.outcome === 'sent' && channel.kind === 'pagerduty') {
    const body = { ...testBody(channel, { actor, now, consoleUrl }), kind: 'resolve' as const }
    await send(channel, { body, key, uniqueKey: `${key}-end`, now })
  }
  await inTransaction(pool, async (client) => {
    await markTested(client, id, result.outcome === 'sent' ? null : result.says)
    await trail(client, {
      actor,
      action: 'channel.test',
      object: channel.name,
      detail: { outcome: result.outcome },
    })
  })
  return { isDelivered: result.outcome === 'sent', says: testSays(channel, result) }
}

const testSays = ({ name }: ChannelRecord, result: SendResult): string =>
  result.outcome === 'sent' ? `${name} took the test.` : `${name} did not take the test: ${result.says}`

function testBody(
  { name }: ChannelRecord,
  { actor, now, consoleUrl }: { actor: string; now: number; consoleUrl: string | null },
): NewsBody {
  return {
    kind: 'test',
    says: `${actor} tests whether the channel ${name} delivers. Nothing is wrong.`,
    at: now,
    incident: {
      id: null,
      cause: 'test',
      severity: 'ticket',
      severityBefore: null,
      title: `The channel ${name} delivers`,
      owner: null,
      pipelines: [],
      objectives: [],
      openedAt: now,
      resolvedAt: null,
      acknowledgedBy: null,
      runbook: null,
      url: consoleUrl,
    },
    alerts: [],
    mutes: [],
  }
}
