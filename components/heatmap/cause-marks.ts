import type { Cause } from '@/components/ui/mark'

type Draw = (c: CanvasRenderingContext2D, x: number, y: number, z: number) => void

/** The marks of the causes in a box of `z` at (x, y), in the colour set before. */
export const causeMarks: Record<Cause, Draw> = {
  late(c, x, y, z) {
    c.beginPath()
    c.moveTo(x + z * 0.85, y + z * 0.1)
    c.lineTo(x + z * 0.1, y + z * 0.5)
    c.lineTo(x + z * 0.85, y + z * 0.9)
    c.closePath()
    c.fill()
  },
  duplicate(c, x, y, z) {
    c.fillRect(x + z * 0.12, y + z * 0.08, z * 0.24, z * 0.84)
    c.fillRect(x + z * 0.62, y + z * 0.08, z * 0.24, z * 0.84)
  },
  invalid(c, x, y, z) {
    c.lineWidth = z * 0.2
    c.beginPath()
    c.moveTo(x + z * 0.12, y + z * 0.12)
    c.lineTo(x + z * 0.88, y + z * 0.88)
    c.moveTo(x + z * 0.88, y + z * 0.12)
    c.lineTo(x + z * 0.12, y + z * 0.88)
    c.stroke()
  },
  approximation(c, x, y, z) {
    c.lineWidth = z * 0.18
    c.beginPath()
    c.moveTo(x, y + z * 0.6)
    c.quadraticCurveTo(x + z * 0.25, y + z * 0.1, x + z * 0.5, y + z * 0.5)
    c.quadraticCurveTo(x + z * 0.75, y + z * 0.9, x + z, y + z * 0.4)
    c.stroke()
  },
  hole(c, x, y, z) {
    c.lineWidth = z * 0.18
    c.strokeRect(x + z * 0.14, y + z * 0.14, z * 0.72, z * 0.72)
  },
  schema(c, x, y, z) {
    c.beginPath()
    c.moveTo(x + z / 2, y)
    c.lineTo(x + z, y + z / 2)
    c.lineTo(x + z / 2, y + z)
    c.lineTo(x, y + z / 2)
    c.closePath()
    c.fill()
  },
  drift(c, x, y, z) {
    c.beginPath()
    c.arc(x + z / 2, y + z / 2, z * 0.46, 0, 7)
    c.fill()
  },
}
