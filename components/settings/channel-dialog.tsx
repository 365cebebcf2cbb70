'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { Button, Captioned, Choice, Dialog, Labelled, Problem, Segmented, showToast } from '@/components/ui'
import type { ChannelView } from '@/server/api'
import { channelKinds, channelOff, fieldsOf, kindLabel, secretLabel, settingsOf } from './channel-fields'
import type { ChannelFields } from './channel-fields'

interface ChannelDialogProps {
  /** Null: a new one. */
  channel: ChannelView | null
  onClose: () => void
}

const securities = [
  { value: 'starttls', label: 'STARTTLS' },
  { value: 'tls', label: 'TLS' },
  { value: 'none', label: 'None' },
] as const

/** A way to reach people; its secret goes in and never comes out. */
export function ChannelDialog({ channel, onClose }: ChannelDialogProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [fields, setFields] = useState<ChannelFields>(() => fieldsOf(channel))
  const change = (next: Partial<ChannelFields>) => setFields((before) => ({ ...before, ...next }))
  const save = useMutation(
    trpc.channels.save.mutationOptions({
      onSuccess: ({ name }) => {
        void queryClient.invalidateQueries(trpc.channels.pathFilter())
        showToast({ status: 'ok', text: `${name} is saved. Send a test to see that it arrives.` })
        onClose()
      },
    }),
  )
  const { kind } = fields
  const off = channelOff(fields, channel?.hasSecret ?? false)
  const secret = secretLabel[kind]
  const hasUrl = kind === 'webhook' || kind === 'alertmanager' || kind === 'pagerduty'
  const text = (
    label: string,
    field: 'name' | 'url' | 'host' | 'port' | 'user' | 'from' | 'to',
    note?: string,
  ) => (
    <Labelled label={label} note={note}>
      <input
        className="field font-normal"
        autoComplete="off"
        spellCheck={false}
        maxLength={2_000}
        {...(field === 'port' ? { inputMode: 'numeric' as const } : {})}
        readOnly={field === 'name' && channel !== null}
        value={fields[field]}
        onChange={(event) => change({ [field]: event.target.value })}
      />
    </Labelled>
  )
  return (
    <Dialog
      width="medium"
      onClose={onClose}
      title={channel ? `Change ${channel.name}` : 'Add channel'}
      description={channelKinds.find(({ value }) => value === kind)?.says}
    >
      <form
        className="flex min-h-0 flex-col"
        onSubmit={(event) => {
          event.preventDefault()
          if (off || save.isPending) return
          save.mutate({
            ...(channel ? { id: channel.id } : {}),
            name: fields.name.trim(),
            kind,
            settings: settingsOf(fields),
            ...(fields.secret === '' ? {} : { secret: fields.secret }),
          })
        }}
      >
        <div className="form-grid min-h-0 overflow-auto px-5 pb-4 max-[720px]:px-3">
          {text(
            'Name',
            'name',
            channel ? 'Routes know it by its name, so it stays.' : 'Routes call it by this name.',
          )}
          <Captioned caption="Kind">
            {channel ? (
              <span className="flex min-h-8 items-center">{kindLabel(kind)}</span>
            ) : (
              <Choice
                label="Kind"
                value={kind}
                options={channelKinds.map(({ value, label }) => ({ value, label }))}
                onChange={(next) => change({ kind: next, url: '', secret: '' })}
              />
            )}
          </Captioned>
          {hasUrl ? (
            <div className="form-wide">
              {text(
                'Address',
                'url',
                kind === 'pagerduty' ? 'Empty: https://events.pagerduty.com.' : undefined,
              )}
            </div>
          ) : null}
          {kind === 'email' ? (
            <>
              {text('SMTP host', 'host')}
              {text('Port', 'port')}
              <Captioned caption="Security">
                <Segmented
                  label="Security"
                  value={fields.security}
                  options={securities}
                  onChange={(security) => change({ security })}
                />
              </Captioned>
              {text('User', 'user', 'Empty: the server asks for none.')}
              {text('From', 'from')}
              {text('To', 'to', 'One or more, with commas between.')}
            </>
          ) : null}
          <div className="form-wide">
            <Labelled
              label={secret.label}
              note={
                channel?.hasSecret
                  ? `Kept and never shown. Empty: it stays as it is. ${secret.note}`
                  : secret.note
              }
            >
              <input
                className="field mono"
                type="password"
                autoComplete="new-password"
                maxLength={4_096}
                value={fields.secret}
                placeholder={channel?.hasSecret ? 'unchanged' : ''}
                onChange={(event) => change({ secret: event.target.value })}
              />
            </Labelled>
          </div>
          <label className="form-wide flex items-start gap-2">
            <input
              className="mt-1"
              type="checkbox"
              checked={fields.allowInternal}
              onChange={(event) => change({ allowInternal: event.target.checked })}
            />
            <span>
              May reach internal addresses
              <span className="block text-small text-text-3">
                Loopback and private addresses are refused, unless this is set and the installation allows it
                too.
              </span>
            </span>
          </label>
          {save.error ? (
            <div className="form-wide">
              <Problem>{describeError(save.error).message}</Problem>
            </div>
          ) : null}
        </div>
        <div className="dialog-foot">
          <span className="grow text-small text-text-3">{off}</span>
          <Button variant="primary" type="submit" off={off} aria-busy={save.isPending}>
            Save channel
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
