import { z } from 'zod'
import { auditNames, getAuditEntry, searchAudit, verifyAudit, withAudit } from '../../control'
import type { AuditPage } from '../../control'
import { instantMs, pageLimit } from './inputs'
import { router, viewerProcedure } from './init'
import type { AuditEntryView, AuditVerification } from './shapes'

const seq = z.number().int().positive()
const text = z.string().trim().min(1).max(200)

const searchInput = z.object({
  before: seq.nullish(),
  limit: z.number().int().min(1).max(pageLimit).default(100),
  actor: text.nullish(),
  action: text.nullish(),
  object: text.nullish(),
  text: text.nullish(),
  from: instantMs.nullish(),
  to: instantMs.nullish(),
  /** The page to go on from, as the list of pages hands it in. */
  cursor: seq.nullish(),
})

export const auditRouter = router({
  /** Newest first; `nextBefore` goes in as `before` or `cursor`. */
  list: viewerProcedure
    .input(searchInput.prefault({}))
    .query(({ ctx, input: { before, cursor, limit, ...filter } }): Promise<AuditPage> =>
      searchAudit(ctx.console, filter, { before: cursor ?? before ?? null, limit }),
    ),

  get: viewerProcedure
    .input(z.object({ seq }))
    .query(({ ctx, input }): Promise<AuditEntryView> => getAuditEntry(ctx.console, input.seq)),

  /** What can be chosen in a search. */
  names: viewerProcedure.query(({ ctx }): Promise<{ actors: string[]; actions: string[] }> =>
    auditNames(ctx.console),
  ),

  /** The last verification there was; null: never. */
  lastVerification: viewerProcedure.query(async ({ ctx }): Promise<AuditVerification | null> => {
    const { entries } = await searchAudit(ctx.console, { action: 'audit.verify' }, { before: null, limit: 1 })
    const [last] = entries
    if (!last) return null
    const { entries: read, brokenAt, why } = last.detail as Omit<AuditVerification, 'at' | 'by'>
    return { at: last.at, by: last.actor, entries: read, brokenAt, why }
  }),

  /** Reads the whole chain now; the result is an entry too. */
  verify: viewerProcedure.mutation(async ({ ctx }): Promise<AuditVerification> => {
    const { console, principal } = ctx
    const { entries, brokenAt, why } = await verifyAudit(console)
    const detail = { entries, brokenAt, why }
    const at = console.clock.now()
    await withAudit(
      console,
      () => Promise.resolve(),
      () => ({ actor: principal.name, action: 'audit.verify', object: 'audit trail', detail }),
    )
    return { at, by: principal.name, ...detail }
  }),
})
