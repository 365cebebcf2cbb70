/** Properties that a drawing takes from the page's styles; a file has to carry them itself. */
const carried = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font',
  'paint-order',
  'text-anchor',
]

/** A drawn SVG as a PNG at twice its size, in the colours of the theme in use. */
export async function svgImage(svg: SVGSVGElement): Promise<Blob | null> {
  const copy = svg.cloneNode(true) as SVGSVGElement
  carryStyles(svg, copy)
  const { width, height } = svg.getBoundingClientRect()
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const url = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`
  const image = new Image()
  image.src = url
  try {
    await image.decode()
  } catch {
    return null
  }
  const canvas = document.createElement('canvas')
  canvas.width = width * 2
  canvas.height = height * 2
  const context = canvas.getContext('2d')
  if (!context) return null
  context.fillStyle = getComputedStyle(svg.closest('.panel') ?? document.body).backgroundColor
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
}

function carryStyles(from: Element, to: Element): void {
  const style = getComputedStyle(from)
  to.setAttribute(
    'style',
    carried.map((property) => `${property}:${style.getPropertyValue(property)}`).join(';'),
  )
  for (let i = 0; i < from.children.length; i++) {
    const child = from.children[i]
    const copy = to.children[i]
    if (child && copy) carryStyles(child, copy)
  }
}
