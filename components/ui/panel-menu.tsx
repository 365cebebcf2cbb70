'use client'
import { Ellipsis, FileDown, ImageDown, Link2 } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { Button } from './button'
import { showToast } from './toast'

interface PanelMenuProps {
  /** What the panel shows, for the files' names. */
  name: string
  csv?: () => string
  /** The drawing to save as a picture. */
  image?: () => Promise<Blob | null>
}

/** Copy link, CSV, image: on every panel that shows data. */
export function PanelMenu({ name, csv, image }: PanelMenuProps) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href)
      showToast({ status: 'ok', text: 'Link copied. It opens this very view.', durationMs: 3_000 })
    } catch {
      showToast({
        status: 'warn',
        text: 'The browser did not let the link be copied. Copy it from the address bar.',
      })
    }
  }
  const saveImage = async () => {
    const blob = await image?.()
    if (blob) save(blob, `${name}.png`)
    else showToast({ status: 'warn', text: 'The picture could not be made in this browser.' })
  }
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <Button variant="quiet" size="small" iconOnly aria-label="Copy link or save">
          <Ellipsis className="icon" aria-hidden="true" />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.Item className="menu-item" onSelect={() => void copy()}>
            <Link2 className="icon" aria-hidden="true" />
            Copy link
          </DropdownMenu.Item>
          {csv ? (
            <DropdownMenu.Item
              className="menu-item"
              onSelect={() => save(new Blob([csv()], { type: 'text/csv' }), `${name}.csv`)}
            >
              <FileDown className="icon" aria-hidden="true" />
              Save as CSV
            </DropdownMenu.Item>
          ) : null}
          {image ? (
            <DropdownMenu.Item className="menu-item" onSelect={() => void saveImage()}>
              <ImageDown className="icon" aria-hidden="true" />
              Save as image
            </DropdownMenu.Item>
          ) : null}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function save(blob: Blob, fileName: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  URL.revokeObjectURL(url)
}
