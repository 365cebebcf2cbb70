import type { Role, Scope } from '../../auth'
import { router, viewerProcedure } from './init'
import type { Access } from './shapes'

interface Checked {
  procedures: object
  routes: readonly { method: string; path: string; scope: Scope | null; summary: string }[]
}

/** Who may do what, read from the procedures and routes themselves: what is shown cannot differ from what holds. */
export const accessRouter = (checked: () => Checked) =>
  router({
    table: viewerProcedure.query((): Access => {
      const { procedures, routes } = checked()
      return {
        procedures: Object.entries(procedures).map(([path, procedure]) => {
          const { type, meta } = (procedure as { _def: { type: string; meta: { role: Role | 'public' } } })
            ._def
          return { path, changes: type === 'mutation', role: meta.role }
        }),
        routes: routes.flatMap(({ method, path, scope, summary }) =>
          scope === null ? [] : [{ method, path, scope, summary }],
        ),
      }
    }),
  })
