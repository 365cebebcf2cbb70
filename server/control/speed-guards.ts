import type { Nats, Pool } from '../clients'
import { parkEvents } from '../log'
import { MAX_KEY_BYTES } from '../pipeline'
import { logger, type Clock } from '../platform'
import { countWindowKeys } from '../serving'
import type { SpeedWorkerOptions } from '../speed'
import { holdForKeys } from './hold-for-keys'

/** What becomes of keys that no pipeline should have: too many of them in a window, or too long ones. */
export function speedGuards(deps: {
  pool: Pool
  nats: Nats
  clock: Clock
}): Required<Pick<SpeedWorkerOptions, 'keys' | 'onLongKeys'>> {
  const { pool } = deps
  return {
    keys: {
      count: (window) => countWindowKeys(pool, window),
      hold: (beyond) => holdForKeys(deps, beyond),
    },
    onLongKeys: ({ pipeline, type }, keys) => {
      const events = keys.map(({ seq, index, bytes }) => ({
        seq,
        index,
        message: `The key of ${pipeline} has ${bytes} bytes, more than ${MAX_KEY_BYTES}; the event is not counted there. Shorten the key by its expression, or correct the producer.`,
      }))
      parkEvents(deps, { type, code: 'key_too_long', events }).catch((error: unknown) => {
        logger('control').warn(
          { err: error, pipeline },
          'events with too long a key were counted, not parked',
        )
      })
    },
  }
}
