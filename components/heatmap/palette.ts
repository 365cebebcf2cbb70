/** The tokens of the theme in use, as colours a canvas understands. */
export interface Palette {
  errors: string[]
  inks: string[]
  /** The errors as RGBA words of an image. */
  words: Uint32Array
  surface: string
  text: string
  quiet: string
  boundary: string
  hatch: string
  accent: string
  line: string
  font: string
}

const steps = [0, 1, 2, 3, 4, 5, 6]

/** `light-dark()` is resolved by the browser alone: a probe element says what it comes to. */
export function readPalette(host: HTMLElement): Palette {
  const probe = document.createElement('i')
  probe.style.display = 'none'
  host.append(probe)
  const pixel = document.createElement('canvas')
  pixel.width = pixel.height = 1
  const context = pixel.getContext('2d', { willReadFrequently: true })
  const colour = (token: string): string => {
    probe.style.color = `var(--${token})`
    return getComputedStyle(probe).color
  }
  const word = (css: string): number => {
    if (!context) return 0
    context.clearRect(0, 0, 1, 1)
    context.fillStyle = css
    context.fillRect(0, 0, 1, 1)
    const [r = 0, g = 0, b = 0, a = 0] = context.getImageData(0, 0, 1, 1).data
    return ((a << 24) | (b << 16) | (g << 8) | r) >>> 0
  }
  const errors = steps.map((step) => colour(`err-${step}`))
  const palette: Palette = {
    errors,
    inks: steps.map((step) => colour(`err-ink-${step}`)),
    words: Uint32Array.from(errors, word),
    surface: colour('surface'),
    text: colour('text-1'),
    quiet: colour('text-3'),
    boundary: colour('boundary'),
    hatch: colour('hatch'),
    accent: colour('accent'),
    line: colour('line-control'),
    font: getComputedStyle(host).fontFamily,
  }
  probe.remove()
  return palette
}

/** Calls back when the theme changes, by the switch or by the system; returns how to stop. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme', 'class', 'style'],
  })
  const system = matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', changed)
  return () => {
    observer.disconnect()
    system.removeEventListener('change', changed)
  }
}
