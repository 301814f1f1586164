import { brokenConnectionCodes } from "../runtime/broken-connection.ts";
import { StoreError, type StoreErrorReason } from "../runtime/store.ts";

/** What a request is about, in RBAC's words; for messages. */
export interface RequestTarget {
  readonly verb: string;
  /** `<plural>[.<group>][/<subresource>]`, or a path that is no resource, such as `/version`. */
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** The part of a `v1` Status that is used. */
export interface ApiStatus {
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly details?:
    | {
        readonly retryAfterSeconds?: number | undefined;
        readonly causes?: readonly { readonly reason?: string | undefined }[] | undefined;
      }
    | undefined;
}

/** The API server answered, and the answer is no. */
export class ApiError extends StoreError {
  readonly code: number;
  /** Undefined: the body was no Status, so something other than a resource handler spoke. */
  readonly status: ApiStatus | undefined;

  constructor(reason: StoreErrorReason, message: string, code: number, status: ApiStatus | undefined, waitMs?: number) {
    super(reason, message, waitMs);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
  }

  /** Whether the server names this cause among its details, e.g. `NamespaceTerminating`. */
  hasCause(reason: string): boolean {
    return this.status?.details?.causes?.some((cause) => cause.reason === reason) ?? false;
  }
}

/** A server, or what stands before it, that asks for a longer wait is asked again all the same: it is well by then. */
const longestWaitSeconds = 60;

/**
 * An answer of 400 or above, parsed once.
 * @param retryAfter the header of that name, in seconds
 */
export function answerError(target: RequestTarget, code: number, body: string, retryAfter?: string): ApiError {
  const parsed = jsonOf(body);
  const status = isStatus(parsed) ? parsed : undefined;
  return statusError(target, code, status, retryAfter, status === undefined ? body : undefined);
}

/** A Status as an error: of an answer, or of an ERROR event inside a watch. */
export function statusError(
  target: RequestTarget,
  code: number,
  status: ApiStatus | undefined,
  retryAfter?: string,
  body?: string,
): ApiError {
  const words = oneLine(status?.message ?? body ?? "").slice(0, 1024);
  const seconds = status?.details?.retryAfterSeconds ?? secondsOf(retryAfter);
  const waitMs = seconds === undefined ? undefined : Math.min(seconds, longestWaitSeconds) * 1000;
  const reason = reasonOf(code, status);
  return new ApiError(reason, messageOf(reason, target, code, words), code, status, waitMs);
}

function reasonOf(code: number, status: ApiStatus | undefined): StoreErrorReason {
  switch (code) {
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      // A resource handler answers with a Status; where there is no handler, the answer is plain text.
      return status?.reason === undefined ? "CrdMissing" : "NotFound";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 429:
      return "TooManyRequests";
    case 408:
      return "Unavailable";
    case 500:
      // What the server says to an applied manifest that does not fit the schema.
      return status?.message?.startsWith("failed to create typed patch object") ? "Invalid" : "Unavailable";
    default:
      return code >= 500 ? "Unavailable" : "Invalid";
  }
}

function messageOf(reason: StoreErrorReason, target: RequestTarget, code: number, words: string): string {
  const said = words === "" ? `the API server answered ${code}` : words;
  switch (reason) {
    case "Forbidden":
      return `not allowed to ${place(target)}: ${said}`;
    case "Unauthorized":
      return `the API server does not accept the credentials (401) to ${place(target)}: ${said}`;
    case "CrdMissing":
      return `the API server knows no ${target.resource}: are the CRDs installed?`;
    default:
      return `cannot ${subject(target)}: ${said}`;
  }
}

function place({ verb, resource, namespace }: RequestTarget): string {
  return `${verb} ${resource} ${namespace === undefined ? "at cluster scope" : `in namespace ${namespace}`}`;
}

/** What is asked of which object: `patch widgets.test.dev "team-a/w"`. */
export function subject({ verb, resource, namespace, name }: RequestTarget): string {
  const object = [namespace, name].filter((part) => part !== undefined).join("/");
  return object === "" ? `${verb} ${resource}` : `${verb} ${resource} "${object}"`;
}

/** Why the server's certificate is not trusted, by the codes of Node. */
const distrust: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host name",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not signed by the CA that is configured for it",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not signed by the CA that is configured for it",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not signed by the CA that is configured for it",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is not signed by the CA that is configured for it",
  CERT_SIGNATURE_FAILURE: "its certificate is not signed by the CA that is configured for it",
};

/** Causes by the codes of Node; the rest is told in the error's own words. */
const causes: Readonly<Record<string, string>> = {
  ...distrust,
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  ETIMEDOUT: "the connection timed out",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "the network is unreachable",
  ENOTFOUND: "the host name does not resolve",
  EAI_AGAIN: "the host name cannot be resolved now",
};

/** No answer: refused, cut, not resolved, not trusted. One line that names the host and the cause. */
export function connectionError(server: string, error: unknown): StoreError {
  const code = codeOf(error);
  const cause = (code === undefined ? undefined : causes[code]) ?? oneLine(wordsOf(error));
  const failure = new StoreError("Unavailable", `no answer from the API server ${server}: ${cause}`);
  failure.cause = error;
  return failure;
}

/** Whether TLS failed: the server's certificate is not trusted, or the server does not take ours. */
export function isDistrust(error: unknown): boolean {
  const code = codeOf(error) ?? "";
  return distrust[code] !== undefined || code.startsWith("ERR_SSL_");
}

/** Whether the connection broke, as one does that the server closed while it was idle. */
export function isBrokenConnection(error: unknown): boolean {
  return brokenConnectionCodes.has(codeOf(error) ?? "");
}

function codeOf(error: unknown): string | undefined {
  // A host with several addresses fails with one error for each of them.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Undefined: the text is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isStatus(value: unknown): value is ApiStatus {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "Status";
}

function secondsOf(retryAfter: string | undefined): number | undefined {
  return retryAfter !== undefined && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined;
}
