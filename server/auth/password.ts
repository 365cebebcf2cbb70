import { hash, verify } from '@node-rs/argon2'
import { AppError } from '../platform'

/** The library makes argon2id; OWASP's first choice for it: 19 MiB, two passes, one lane. */
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Each check holds 19 MiB and a pool thread; a flood of sign-ins must not take both from everything else. */
const checksLimit = 16
let checks = 0

export const hashPassword = (password: string): Promise<string> => hash(password, options)

// A hash of no known password: an unknown account costs as much time as a wrong password.
let decoy: Promise<string> | undefined

/** Takes the same time whether or not there is a hash to check against. */
export async function checkPassword(stored: string | null, password: string): Promise<boolean> {
  if (checks >= checksLimit)
    throw new AppError(
      'too_many_requests',
      'Sign-in is busy: too many are being checked. Try again in a few seconds.',
      {
        retryAfterS: 2,
      },
    )
  checks++
  try {
    decoy ??= hashPassword('no account has this password')
    const isRight = await verify(stored ?? (await decoy), password)
    return stored !== null && isRight
  } finally {
    checks--
  }
}
