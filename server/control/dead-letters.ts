import type { PrismaClient } from '../clients'
import type { DeadLetterView } from './model'

export interface DeadLetterPage {
  /** Seq to go on below; null: from the newest. */
  before: number | null
  limit: number
  code: string | null
}

/** Events that came by NATS and could not be taken in, newest first. */
export async function listDeadLetters(
  { prisma }: { prisma: PrismaClient },
  { before, limit, code }: DeadLetterPage,
): Promise<DeadLetterView[]> {
  const letters = await prisma.deadLetter.findMany({
    where: {
      ...(before === null ? {} : { seq: { lt: BigInt(before) } }),
      ...(code === null ? {} : { code }),
    },
    orderBy: [{ seq: 'desc' }, { index: 'asc' }],
    take: limit,
  })
  return letters.map((letter) => ({ ...letter, seq: Number(letter.seq), at: letter.at.getTime() }))
}
