/** Node's codes of a connection that broke without an answer, as one does that was closed while it was idle. */
export const brokenConnectionCodes: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE"]);
