'use client'
import { ChevronDown, FileDown } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { Button } from '@/components/ui'

interface ExportMenuProps {
  /** The search in force, as the API takes it. */
  filter: Record<string, string>
}

/** Files with hashes, made by the server as they are read. */
export function ExportMenu({ filter }: ExportMenuProps) {
  const isFiltered = Object.keys(filter).length > 0
  const address = (format: 'csv' | 'ndjson') =>
    `/api/v1/audit/export?${new URLSearchParams({ format, ...filter }).toString()}`
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <Button>
          <FileDown className="icon" aria-hidden="true" />
          {isFiltered ? 'Export search' : 'Export'}
          <ChevronDown className="icon" aria-hidden="true" />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.Item className="menu-item" asChild>
            <a href={address('ndjson')} download>
              <span className="grow">NDJSON</span>
              <span className="text-small text-text-3">
                {isFiltered ? 'each entry with its hash' : 'proves the chain elsewhere'}
              </span>
            </a>
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" asChild>
            <a href={address('csv')} download>
              <span className="grow">CSV</span>
              <span className="text-small text-text-3">for spreadsheets</span>
            </a>
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
