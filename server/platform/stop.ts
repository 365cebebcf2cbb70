/** Ends a long-running part: resolves once its work is committed and its connections are closed. */
export type Stop = () => Promise<void>
