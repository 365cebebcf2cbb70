/** The functions of `Functions` with their first argument, a connection, already given. */
export type Bound<Functions, First> = {
  [Name in keyof Functions]: Functions[Name] extends (first: First, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never
}

/**
 * Statements of a store bound to a connection: the port that a protocol is written against. Whoever runs the protocol
 * without a database passes other functions of the same shape.
 */
export function bind<First, Functions extends Record<string, (first: First, ...rest: never[]) => unknown>>(
  first: First,
  functions: Functions,
): Bound<Functions, First> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, call]) => [name, (...rest: never[]) => call(first, ...rest)]),
  ) as Bound<Functions, First>
}
