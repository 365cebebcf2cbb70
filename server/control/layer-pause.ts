import type { Nats, PoolClient } from '../clients'
import { logger } from '../platform'
import {
  endPauses,
  holdOrFreePositions,
  insertPause,
  type Layer,
  type LayerPause,
  type NewPause,
} from './layer-pause-store'

/** One line for people: why a layer stands still, who said so, and until when. */
export function describePause({ layer, reason, actor, until }: Omit<LayerPause, 'pipeline'>): string {
  const end = until === null ? 'until somebody resumes it' : `until ${new Date(until).toISOString()}`
  return `The ${layer} layer is paused ${end} (${actor}: ${reason}).`
}

/**
 * A layer stands still while any reason is in force. From the commit of this transaction the speed layer writes
 * nothing more; its positions stay, so that it resumes exactly there.
 */
export async function pauseLayer(client: PoolClient, pause: NewPause): Promise<number> {
  const id = await insertPause(client, pause)
  if (pause.layer === 'speed') await holdOrFreePositions(client, pause.pipeline)
  return id
}

/** Ends the named reasons; the layer goes on when none is left. */
export async function resumeLayer(
  client: PoolClient,
  input: { pipeline: string; layer: Layer; ids: readonly number[]; actor: string },
): Promise<LayerPause[]> {
  const ended = await endPauses(client, input.ids, input.actor)
  if (input.layer === 'speed') await holdOrFreePositions(client, input.pipeline)
  return ended
}

/** Tells the speed workers to look now at what is to be computed; they look by themselves every few seconds. */
export function nudgeSpeed({ nc }: Nats): void {
  try {
    nc.publish('control.pipelines', '')
  } catch (error) {
    logger('control').warn({ err: error }, 'the speed workers were not told; they look again in a moment')
  }
}
