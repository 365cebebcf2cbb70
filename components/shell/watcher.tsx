'use client'
import { Popover } from 'radix-ui'
import { formatCompact } from '@/components/format'
import { isOld, liveness, useConsoleFeed } from '@/components/live'
import { Glyph } from '@/components/ui'
import { useNow } from '@/components/view'
import type { LiveHealth, WatcherHealth } from '@/server/api'

const names: Record<string, string> = {
  postgres: 'Postgres',
  nats: 'NATS',
  log: 'Log',
  workers: 'Workers',
  archive: 'Archive',
  disk: 'Disk',
}

/** In a word, what a warning and a failure of each part mean. */
const troubles: Record<LiveHealth['dependencies'][number]['name'], [string, string]> = {
  postgres: ['slow', 'down'],
  nats: ['slow', 'down'],
  log: ['filling up', 'full'],
  workers: ['missing', 'missing'],
  archive: ['behind', 'standing still'],
  disk: ['filling up', 'full'],
}

/** The health of the watcher itself: quiet when well, names the part when not. */
export function Watcher() {
  const { health, alerts, watch } = useConsoleFeed()
  const watcher = alerts?.watcher ?? null
  const old = isOld(liveness(watch.state, watch.lastAt, useNow(1_000)))
  if (!health) return null
  return (
    <Popover.Root>
      <Popover.Trigger className="ctl">
        <Glyph
          status={old ? 'unknown' : worse(health.health, watcher)}
          label={old ? 'Not known now' : healthLabel(health, watcher)}
        />
        <span className="wide-only">{old ? 'Not known now' : summary(health, watcher)}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu w-[340px]" align="end" sideOffset={6} collisionPadding={8}>
          <div className="px-2 pt-1.5 pb-1 font-medium">What runs underneath</div>
          <ul>
            {health.dependencies.map((part) => (
              <li key={part.name} className="flex gap-2.5 px-2 py-1.5">
                <span className="pt-px">
                  <Glyph status={part.health} />
                </span>
                <span className="min-w-0">
                  <span className="font-medium">{names[part.name] ?? part.name}</span>
                  {part.latencyMs !== null ? (
                    <span className="ml-2 text-text-3">{Math.round(part.latencyMs)} ms</span>
                  ) : null}
                  <span className="block text-small text-text-2">{part.says}</span>
                </span>
              </li>
            ))}
            {watcher ? (
              <li className="flex gap-2.5 px-2 py-1.5">
                <span className="pt-px">
                  <Glyph status={watcher.health} />
                </span>
                <span className="min-w-0">
                  <span className="font-medium">Watcher of alerts</span>
                  <span className="block text-small text-text-2">{watcher.says}</span>
                </span>
              </li>
            ) : null}
          </ul>
          <Durability {...health.durability} />
          {health.eventsPerSecond !== null ? (
            <>
              <div className="menu-line" />
              <div className="px-2 py-1 text-small text-text-3">
                Speed layer folds {formatCompact(Math.round(health.eventsPerSecond))} events/s
              </div>
            </>
          ) : null}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

/** What a power cut can lose: true of every number on the screen, so every reader finds it in the same place. */
function Durability({ log, store }: LiveHealth['durability']) {
  return (
    <>
      <div className="menu-line" />
      <div className="flex gap-2.5 px-2 py-1.5">
        <span className="pt-px">
          <Glyph status={log.atRiskSeconds === 0 && store.atRiskSeconds === 0 ? 'ok' : 'warn'} />
        </span>
        <span className="min-w-0">
          <span className="font-medium">In a power cut</span>
          <span className="block text-small text-text-2">{log.says}</span>
          <span className="block text-small text-text-2">{store.says}</span>
        </span>
      </div>
    </>
  )
}

/** The watcher is a part like the others: what it cannot see, nobody is told of. */
function worse(health: LiveHealth['health'], watcher: WatcherHealth | null): LiveHealth['health'] {
  if (watcher === null || watcher.health === 'ok' || health === 'bad') return health
  return watcher.health
}

function healthLabel({ health }: LiveHealth, watcher: WatcherHealth | null): string {
  return worse(health, watcher) === 'ok' ? 'All parts well' : 'A part is not well'
}

function summary({ dependencies, workers }: LiveHealth, watcher: WatcherHealth | null): React.ReactNode {
  const bad = dependencies.find((d) => d.health === 'bad')
  if (!bad && watcher?.health === 'bad') return 'Nobody watches'
  const worst = bad ?? dependencies.find((d) => d.health === 'warn')
  if (!worst) {
    if (watcher?.health === 'warn') return 'Watcher half blind'
    return <span className="text-text-3">All well</span>
  }
  if (worst.name !== 'workers')
    return `${names[worst.name] ?? worst.name} ${troubles[worst.name][worst.health === 'bad' ? 1 : 0]}`
  const alive = workers.filter((w) => w.alive).length
  return alive < workers.length ? `Workers ${alive}/${workers.length}` : 'Workers missing'
}
