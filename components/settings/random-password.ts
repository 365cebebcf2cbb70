/** Easy to read and type: no look-alikes. Its length divides no power of two, so bytes beyond a multiple are dropped. */
const alphabet = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const length = 20

/** A password to hand over once: 115 bits from the browser's own randomness. */
export function randomPassword(): string {
  const fair = 256 - (256 % alphabet.length)
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length)))
      if (byte < fair && text.length < length) text += alphabet[byte % alphabet.length] ?? ''
  }
  return text
}
