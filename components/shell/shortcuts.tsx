'use client'
import { Dialog } from '@/components/ui'

const groups = [
  {
    name: 'Everywhere',
    keys: [
      { keys: ['Ctrl K', '⌘ K'], does: 'Find a pipeline, or act' },
      { keys: ['?'], does: 'This list' },
      { keys: ['g o'], does: 'Go to the overview' },
      { keys: ['g t'], does: 'Go to triage' },
      { keys: ['g u'], does: 'Go to debug' },
      { keys: ['g l'], does: 'Go to the alerts' },
      { keys: ['g p'], does: 'Go to the pipelines' },
      { keys: ['g d'], does: 'Go to the divergence' },
      { keys: ['g j'], does: 'Go to the jobs' },
      { keys: ['g b'], does: 'Go to the objectives' },
      { keys: ['g a'], does: 'Go to the audit trail' },
      { keys: ['g s'], does: 'Go to the settings' },
      { keys: ['Esc'], does: 'Close what is open' },
    ],
  },
  {
    name: 'In lists',
    keys: [
      { keys: ['j', '↓'], does: 'Next row' },
      { keys: ['k', '↑'], does: 'Previous row' },
      { keys: ['Enter'], does: 'Open the row' },
      { keys: ['/'], does: 'Filter' },
      { keys: ['a'], does: 'Acknowledge the cause of the row' },
    ],
  },
  {
    name: 'In charts and plans',
    keys: [
      { keys: ['←', '→'], does: 'Move the cursor of a chart that has the focus' },
      { keys: ['⇧ ←', '⇧ →'], does: 'Select cells of a heatmap' },
      { keys: ['Ctrl ↵'], does: 'Apply the plan' },
    ],
  },
]

export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title="Shortcuts" width="small">
      <div className="overflow-auto border-t border-line px-5 py-3">
        {groups.map((group) => (
          <section key={group.name} className="mb-3">
            <h3 className="dialog-heading">{group.name}</h3>
            <dl>
              {group.keys.map(({ keys, does }) => (
                <div key={does} className="flex items-center gap-3 py-1">
                  <dt className="order-2 ml-auto flex gap-1">
                    {keys.map((key) => (
                      <kbd key={key} className="kbd">
                        {key}
                      </kbd>
                    ))}
                  </dt>
                  <dd className="text-text-2">{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
