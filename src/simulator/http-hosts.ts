import type { IncomingHttpHeaders } from "node:http";
import { isIPv4 } from "node:net";
import { isOfForeignPage } from "../runtime/http-server.ts";
import { Refusal } from "./refusals.ts";

/** Top-level domains that nobody can register (RFC 6761, RFC 6762, ICANN's resolution on .internal), and .svc of Kubernetes. */
const unownedName = /^[^.]+$|\.(svc|local|internal|test|localhost)$/;

/**
 * The account accepts any credentials, so no page of another site may reach it through a person's browser.
 *
 * @param listens the host that the server listens on
 * @throws Refusal for a request that such a page may have sent
 */
export function requireOwnPage(headers: IncomingHttpHeaders, listens: string): void {
  if (!isOfForeignPage(headers, (host) => isUnowned(host, listens))) return;
  throw new Refusal(
    "AccessDeniedException",
    403,
    "a page of another site may have sent this request: send it without a browser, to an IP address, a name without a dot, or one that ends in .svc, .local, .internal, .test or .localhost",
  );
}

/** Whether no site can let the host resolve to this machine. Its port is whatever forwards to the server's. */
function isUnowned(host: string, listens: string): boolean {
  const { hostname } = URL.parse(`http://${host}`) ?? {};
  if (hostname === undefined) return false;
  return hostname === listens || hostname.startsWith("[") || isIPv4(hostname) || unownedName.test(hostname);
}
