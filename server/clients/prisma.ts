import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from './generated/prisma/client'
import type { Pool } from './pool'

export type { PrismaClient } from './generated/prisma/client'

/** Prisma on the same connections as the hot paths; closing the pool is the caller's. */
export const openPrisma = (pool: Pool): PrismaClient => new PrismaClient({ adapter: new PrismaPg(pool) })
