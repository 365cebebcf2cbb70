'use client'
import { Captioned, Segmented } from '@/components/ui'
import type { Me } from '@/server/api'

const options = [
  { value: 'viewer', label: 'Viewer' },
  { value: 'operator', label: 'Operator' },
  { value: 'admin', label: 'Admin' },
] as const

const says: Record<Me['role'], string> = {
  viewer: 'Sees everything, changes nothing.',
  operator: 'Sees everything; makes and applies plans, changes pipelines, steers jobs.',
  admin: 'All an operator may, and people, tokens and policy.',
}

export function RoleChoice({ value, onChange }: { value: Me['role']; onChange: (role: Me['role']) => void }) {
  return (
    <Captioned caption="Role">
      <Segmented label="Role" value={value} options={options} onChange={onChange} />
      <span className="text-small text-text-3">{says[value]}</span>
    </Captioned>
  )
}
