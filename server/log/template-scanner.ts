import { EventScanner } from './event-scanner'
import { learnTemplate, type EventTemplate, type ScannedEvent } from './event-template'

/** Forms of events kept at a time; producers beyond it are read by the full scanner. */
const maxTemplates = 4
/** Templates learned in a row without being of use, before learning pauses until they are. */
const maxBudget = 16

/**
 * Reads structured CloudEvents as the full scanner does, several times faster where they look like one it has read
 * before. `scan` says false for anything not sure, as the full scanner does.
 */
export class TemplateScanner implements ScannedEvent {
  id = ''
  source = ''
  type = ''
  time: number | null = null
  subject: string | null = null
  traceparent: string | null = null
  readonly values: unknown[]
  readonly #scanner: EventScanner
  readonly #templates: EventTemplate[] = []
  #budget = maxBudget
  #hits = 0

  constructor(readonly fields: readonly string[]) {
    this.#scanner = new EventScanner(fields)
    this.values = fields.map(() => null)
  }

  scan(bytes: Buffer, start = 0, end = bytes.length): boolean {
    const templates = this.#templates
    for (let i = 0; i < templates.length; i++) {
      const template = templates[i] as EventTemplate
      if (!template.match(bytes, start, end, this)) continue
      if (i > 0) this.#moveUp(i)
      if ((++this.#hits & 7) === 0 && this.#budget < maxBudget) this.#budget++
      return true
    }
    return this.#scanInFull(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end))
  }

  #scanInFull(bytes: Buffer): boolean {
    const scanner = this.#scanner
    if (!scanner.scan(bytes)) return false
    this.id = scanner.id
    this.source = scanner.source
    this.type = scanner.type
    this.time = scanner.time
    this.subject = scanner.subject
    this.traceparent = scanner.traceparent
    for (let i = 0; i < this.values.length; i++) this.values[i] = scanner.values[i]
    if (this.#budget > 0) {
      this.#budget--
      const template = learnTemplate(bytes, scanner.type, this.fields)
      if (template !== null) {
        this.#templates.unshift(template)
        if (this.#templates.length > maxTemplates) this.#templates.pop()
      }
    }
    return true
  }

  #moveUp(i: number): void {
    const [template] = this.#templates.splice(i, 1)
    if (template !== undefined) this.#templates.unshift(template)
  }
}
