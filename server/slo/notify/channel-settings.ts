import { z } from 'zod'
import { AppError } from '../../platform'
import type { ChannelKind } from '../model'

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'Give an address that begins with http:// or https://.' })
  .max(2_000)
const shared = { allowInternal: z.boolean().default(false) }
const mail = z.email('Give an e-mail address.').max(320)

const settingsOf = {
  webhook: z.strictObject({ ...shared, url: httpUrl }),
  slack: z.strictObject(shared),
  pagerduty: z.strictObject({ ...shared, url: httpUrl.default('https://events.pagerduty.com') }),
  alertmanager: z.strictObject({ ...shared, url: httpUrl }),
  email: z.strictObject({
    ...shared,
    host: z.string().trim().min(1, 'Give the host of the SMTP server.').max(253),
    port: z.number().int().min(1).max(65_535).default(587),
    security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
    user: z.string().max(320).nullish(),
    from: mail,
    to: z.array(mail).min(1, 'Give at least one recipient.').max(50),
  }),
} satisfies Record<ChannelKind, z.ZodType>

export type SettingsOf<K extends ChannelKind> = z.output<(typeof settingsOf)[K]>

/** What must be kept secret of each kind; null: nothing, or it may be left out. */
const secretOf: Record<ChannelKind, { needed: string | null; says: (secret: string) => boolean }> = {
  webhook: {
    needed: 'the key its calls are signed with, at least 16 characters',
    says: (secret) => secret.length >= 16,
  },
  slack: {
    needed: 'the address of the incoming webhook, which begins with https://',
    says: (secret) => httpUrl.safeParse(secret).success,
  },
  pagerduty: { needed: 'the integration key (routing key)', says: (secret) => secret.length >= 8 },
  alertmanager: { needed: null, says: () => true },
  email: { needed: null, says: () => true },
}

/** Settings of a kind, checked; the error names the field. */
export function readSettings<K extends ChannelKind>(kind: K, settings: unknown): SettingsOf<K> {
  const parsed = settingsOf[kind].safeParse(settings)
  if (parsed.success) return parsed.data as SettingsOf<K>
  const [issue] = parsed.error.issues
  throw new AppError(
    'bad_request',
    `Saving the channel failed: ${issue?.path.join('.') || 'its settings'}: ${issue?.message ?? 'not valid'}`,
    {
      details: {
        problems: parsed.error.issues.map(({ path, message }) => ({
          path: path.join('.'),
          expected: message,
        })),
      },
    },
  )
}

export function checkSecret(kind: ChannelKind, secret: string | null): void {
  const { needed, says } = secretOf[kind]
  if (needed === null || (secret !== null && says(secret))) return
  throw new AppError('bad_request', `Saving the channel failed: its secret must be ${needed}.`)
}
