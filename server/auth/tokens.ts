import type { Pool, PoolClient } from '../clients'
import { AppError, type Clock } from '../platform'
import type { Scope } from './principal'
import { newSecret, secretHash } from './secret'
import { insertToken, markRevoked, selectTokens, type TokenView } from './token-store'

const listLimit = 1_000
const prefixLength = 12

export const listTokens = ({ pool }: { pool: Pool }): Promise<TokenView[]> => selectTokens(pool, listLimit)

/** `secret` is answered this once; only its hash is kept. */
export async function createToken(
  client: PoolClient,
  clock: Clock,
  input: { name: string; scopes: Scope[]; expiresAt: number | null; createdBy: string },
): Promise<TokenView & { secret: string }> {
  if (input.expiresAt !== null && input.expiresAt <= clock.now())
    throw new AppError(
      'bad_request',
      'Creating the token failed: `expiresAt` has passed. Give a later instant, or none.',
    )
  const secret = `plx_${newSecret()}`
  const token = await insertToken(client, {
    ...input,
    scopes: [...new Set(input.scopes)],
    prefix: secret.slice(0, prefixLength),
    tokenHash: secretHash(secret),
  })
  return { ...token, secret }
}

export async function revokeToken(client: PoolClient, id: string): Promise<TokenView> {
  const token = await markRevoked(client, id)
  if (!token)
    throw new AppError('not_found', 'Revoking the token failed: there is no such token. Reload the list.')
  return token
}
