const words = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
]

/** Up to twelve as a word, as in running text. */
export const numberWord = (n: number): string => words[n] ?? n.toLocaleString('en-US')
