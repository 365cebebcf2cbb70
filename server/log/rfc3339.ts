/** Days since 1970-01-01 of a proleptic Gregorian date (Hinnant, "chrono-compatible low-level date algorithms"). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return leap ? 29 : (monthDays[month - 1] ?? 0)
}

function digits(bytes: Uint8Array, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = (bytes[i] ?? 0) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

const dash = 45
const colon = 58

export const parseInstant = (text: string): number => {
  const bytes = Buffer.from(text)
  return parseInstantBytes(bytes, 0, bytes.length)
}

/**
 * Epoch milliseconds of an RFC 3339 date-time, or NaN. Years 1 to 9999; fraction digits beyond milliseconds are
 * cut off; an offset is required. A leap second (:60) is accepted where one can occur, at 23:59 UTC, and is the
 * instant of the following second, as POSIX clocks have it.
 */
export function parseInstantBytes(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 20) return Number.NaN
  const t = bytes[start + 10]
  if (bytes[start + 4] !== dash || bytes[start + 7] !== dash || (t !== 84 && t !== 116)) return Number.NaN
  if (bytes[start + 13] !== colon || bytes[start + 16] !== colon) return Number.NaN
  const year = digits(bytes, start, 4)
  const month = digits(bytes, start + 5, 2)
  const day = digits(bytes, start + 8, 2)
  const hour = digits(bytes, start + 11, 2)
  const minute = digits(bytes, start + 14, 2)
  const second = digits(bytes, start + 17, 2)
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) {
    return Number.NaN
  }
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN

  let at = start + 19
  let ms = 0
  if (bytes[at] === 46) {
    let weight = 100
    const fraction = ++at
    for (; at < end; at++) {
      const digit = (bytes[at] ?? 0) - 48
      if (!(digit >= 0 && digit <= 9)) break
      ms += digit * weight
      weight = weight >= 10 ? weight / 10 : 0
    }
    if (at === fraction) return Number.NaN
  }

  const utcMinutes = daysFromCivil(year, month, day) * 1440 + hour * 60 + minute - offset(bytes, at, end)
  if (second === 60) {
    const leapMinute = ((utcMinutes % 1440) + 1440) % 1440 === 1439
    return leapMinute ? (utcMinutes + 1) * 60_000 : Number.NaN
  }
  return utcMinutes * 60_000 + second * 1000 + ms
}

/** Minutes ahead of UTC. */
function offset(bytes: Uint8Array, at: number, end: number): number {
  const sign = bytes[at]
  if (sign === 90 || sign === 122) return end === at + 1 ? 0 : Number.NaN
  if ((sign !== 43 && sign !== dash) || bytes[at + 3] !== colon || end !== at + 6) return Number.NaN
  const hours = digits(bytes, at + 1, 2)
  const minutes = digits(bytes, at + 4, 2)
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN
  return (sign === 43 ? 1 : -1) * (hours * 60 + minutes)
}
