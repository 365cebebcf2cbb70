/** Text from outside as a store can hold it: whole Unicode without NUL, cut to a length that says enough. */
export const plainText = (text: string): string =>
  text
    .replaceAll('\0', '')
    .replaceAll(/\p{Surrogate}/gu, '')
    .slice(0, 200)

/** An account as the trail may name it: what is no address may be a password typed into the wrong field. */
export const shownAccount = (account: string): string =>
  /^[^\s@]+@[^\s@]+$/.test(account) ? plainText(account) : 'not an e-mail address'
