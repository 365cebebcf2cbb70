import type { SimEvent } from './memory-log'
import type { World } from './world'

/** What the producer knows: independent of everything that the store and the log say. */
export interface Ledger {
  /** By identity, what it sent; `acked`: it was told that the log has it. */
  sent: Map<string, SimEvent & { acked: boolean }>
  /** Frames that are still to be sent, or sent again. */
  open: number
}

/**
 * Sends frames of events with repeats and stragglers; an answer may be lost, and then the frame is sent again, with the
 * same identities at another position.
 */
export function produce(world: World): Ledger {
  const { random, scheduler, settings, log } = world
  const ledger: Ledger = { sent: new Map(), open: settings.messages }
  const byPartition: SimEvent[][] = Array.from({ length: settings.partitions }, () => [])
  let made = 0

  const drawEvents = (partition: number): SimEvent[] => {
    const known = byPartition[partition] ?? []
    return Array.from({ length: 1 + random.below(3) }, () => {
      if (known.length > 0 && random.chance(0.15)) return random.pick(known)
      const behind = random.chance(0.2) ? random.below(20_000) : random.below(1_500)
      const event = {
        id: `e${ledger.sent.size}`,
        time: scheduler.now - behind + (random.chance(0.03) ? 30_000 : 0),
        key: random.pick(['a', 'b']),
        value: 1 + random.below(9),
      }
      known.push(event)
      ledger.sent.set(event.id, { ...event, acked: false })
      return event
    })
  }
  const send = (partition: number, events: SimEvent[]): void => {
    scheduler.after(random.below(50), null, () => {
      const isLost = random.chance(0.05)
      if (!isLost) log.append(partition, events)
      if (isLost || random.chance(0.1)) {
        // The answer did not come: sent again, soon or after long.
        scheduler.after(random.pick([50, 1_000, 5_000]), null, () => {
          send(partition, events)
        })
        return
      }
      ledger.open--
      for (const { id } of events) {
        const entry = ledger.sent.get(id)
        if (entry !== undefined) entry.acked = true
      }
    })
  }
  /** One partition may have nothing to say for long. */
  const quiet = settings.partitions > 1 && random.chance(0.3) ? random.below(settings.partitions) : null
  const next = (): void => {
    if (made++ >= settings.messages) return
    const drawn = random.below(settings.partitions)
    const partition =
      drawn === quiet && made < settings.messages - 3 ? (drawn + 1) % settings.partitions : drawn
    send(partition, drawEvents(partition))
    scheduler.after(random.below((2 * settings.stormMs) / settings.messages), null, next)
  }
  scheduler.after(0, null, next)
  return ledger
}
