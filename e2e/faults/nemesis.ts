import { Random } from '../../server/platform'
import { pidOf, type Part } from '../product/processes'
import { until, type Product } from '../product/start-product'

/** One thing done to the product: at once, or for a while. */
export type Fault =
  { kind: 'kill'; parts: readonly Part[] } | { kind: 'stop'; parts: readonly Part[]; forMs: number }

export interface PlannedFault {
  /** After the one before. */
  afterMs: number
  fault: Fault
}

export const killable = ['speed', 'archive', 'batch', 'web', 'nats-server', 'postgres'] as const

export interface StormOptions {
  seed: number
  rounds: number
  /** From one fault to the next, on average. */
  everyMs: number
  parts?: readonly Part[]
  /** The share of faults that stop a process for a while instead of killing it, and that hit several at once. */
  stops?: number
  bursts?: number
}

/** Each part once a round, in an order and at distances that the seed decides. */
export function planStorm({
  seed,
  rounds,
  everyMs,
  parts = killable,
  ...shares
}: StormOptions): PlannedFault[] {
  const random = new Random(seed)
  const planned: PlannedFault[] = []
  for (let round = 0; round < rounds; round++) {
    const waiting = [...parts]
    while (waiting.length > 0) {
      const [part] = waiting.splice(random.below(waiting.length), 1) as [Part]
      const afterMs = Math.round(everyMs * (0.4 + 1.2 * random.next()))
      if (random.chance(shares.stops ?? 0))
        planned.push({ afterMs, fault: { kind: 'stop', parts: [part], forMs: 1_000 + random.below(6_000) } })
      else if (random.chance(shares.bursts ?? 0)) planned.push({ afterMs, fault: { kind: 'kill', parts } })
      else planned.push({ afterMs, fault: { kind: 'kill', parts: [part] } })
    }
  }
  return planned
}

export const inWords = (planned: readonly PlannedFault[]): string =>
  planned
    .map(({ fault }) =>
      fault.kind === 'kill'
        ? `kill ${fault.parts.join('+')}`
        : `stop ${fault.parts.join('+')} ${fault.forMs} ms`,
    )
    .join(', ')

/** Kills a part as soon as it is there to be killed; resolves to its process id. */
export async function kill(product: Product, part: Part): Promise<number> {
  let killed = 0
  await until(`${part} runs, to be killed`, 60_000, async () => {
    const pid = await pidOf(product, part).catch(() => null)
    if (pid === null) return false
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      return false
    }
    killed = pid
    return true
  })
  return killed
}

/** Stops a part, and wakes it after a while: to itself no time has passed. */
export async function stopFor(product: Product, part: Part, forMs: number): Promise<void> {
  const pid = await pidOf(product, part).catch(() => null)
  if (pid === null) return
  signal(pid, 'SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, forMs))
  signal(pid, 'SIGCONT')
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It was killed meanwhile.
  }
}
