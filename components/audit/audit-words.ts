import type { AuditRecord, AuditVerification } from '@/server/api'

const words: Record<string, string> = {
  'session.start': 'Signed in',
  'session.fail': 'Sign-in failed',
  'session.refuse': 'Sign-in refused',
  'session.end': 'Signed out',
  'session.endAll': 'Signed out everywhere',
  'password.change': 'Changed own password',
  'user.create': 'Created user',
  'user.update': 'Changed user',
  'token.create': 'Created token',
  'token.revoke': 'Revoked token',
  'policy.set': 'Set policy',
  'audit.verify': 'Verified the chain',
  'plan.create': 'Made plan',
  'plan.apply': 'Applied plan',
  'plan.approve': 'Approved plan',
  'job.cancel': 'Cancelled job',
  'job.pause': 'Paused job',
  'job.resume': 'Resumed job',
  'version.publish': 'Published',
  'pipeline.create': 'Created pipeline',
  'pipeline.change': 'Changed pipeline',
  'pipeline.remove': 'Removed pipeline',
  'schema.register': 'Registered schema',
}

/** An action as a person would say it; one without words of its own is turned around: `layer.resume`, "Resume layer". */
export function actionWord(action: string): string {
  const known = words[action]
  if (known) return known
  const [noun = '', verb = ''] = action.split('.')
  const text = `${verb} ${noun}`
    .trim()
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Attempts that did not succeed want to be seen. */
export const isRefused = ({ action }: Pick<AuditRecord, 'action'>): boolean =>
  action === 'session.fail' || action === 'session.refuse'

/** Where the object of an entry can be looked at; null: nowhere. */
export function objectPath({ action, object, detail }: AuditRecord): string | null {
  const [noun] = action.split('.')
  const facts = (detail ?? {}) as Record<string, unknown>
  if (noun === 'job') return `/jobs?job=${encodeURIComponent(object)}`
  if (noun === 'plan' && typeof facts.jobId === 'string')
    return `/jobs?job=${encodeURIComponent(facts.jobId)}`
  if (noun === 'pipeline' || noun === 'plan' || noun === 'version' || noun === 'layer')
    return `/pipelines/${encodeURIComponent(object)}`
  if (noun === 'user' || noun === 'token' || noun === 'policy')
    return `/settings?section=${noun === 'user' ? 'people' : noun === 'token' ? 'tokens' : 'policy'}`
  return null
}

const breaks: Record<NonNullable<AuditVerification['why']>, string> = {
  changed: 'is not as it was written',
  missing: 'is missing',
  'out of order': 'was put in past the chain',
}

export const breakWord = (why: AuditVerification['why']): string => (why ? breaks[why] : 'does not match')
