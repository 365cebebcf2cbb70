'use client'
import { Ellipsis, FileDown, ImageDown, Link2 } from 'lucide-react'
import { Button } from './button'
import { Menu } from './menu'
import type { MenuItem } from './menu'
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
  const items: MenuItem[] = [
    {
      id: 'link',
      icon: <Link2 className="icon" aria-hidden="true" />,
      text: 'Copy link',
      onSelect: () => void copy(),
    },
  ]
  if (csv)
    items.push({
      id: 'csv',
      icon: <FileDown className="icon" aria-hidden="true" />,
      text: 'Save as CSV',
      onSelect: () => save(new Blob([csv()], { type: 'text/csv' }), `${name}.csv`),
    })
  if (image)
    items.push({
      id: 'image',
      icon: <ImageDown className="icon" aria-hidden="true" />,
      text: 'Save as image',
      onSelect: () => void saveImage(),
    })
  return (
    <Menu
      items={items}
      trigger={
        <Button variant="quiet" size="small" iconOnly aria-label="Copy link or save">
          <Ellipsis className="icon" aria-hidden="true" />
        </Button>
      }
    />
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
