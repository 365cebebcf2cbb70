import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits, as text that fits a cookie or a header. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** What is stored of a secret: it is random, so a plain hash is enough. */
export const secretHash = (secret: string): Buffer => createHash('sha256').update(secret).digest()

export const isSameSecret = (a: string, b: string): boolean => timingSafeEqual(secretHash(a), secretHash(b))
