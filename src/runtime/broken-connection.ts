/** Node's error codes of a connection that broke without an answer, e.g. because it was closed while idle. */
export const brokenConnectionCodes: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE"]);
