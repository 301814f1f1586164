import { brokenConnectionCodes } from "../runtime/broken-connection.ts";
import { StoreError, type StoreErrorReason } from "../runtime/store.ts";

/** Target of a request in RBAC's terms; for messages. */
export interface RequestTarget {
  readonly verb: string;
  /** `<plural>[.<group>][/<subresource>]`, or a path without a resource, such as `/version`. */
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** The used part of a `v1` Status. */
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

/** The API server answered with an error. */
export class ApiError extends StoreError {
  readonly code: number;
  /** Undefined: the body was not a Status, so the answer did not come from a resource handler. */
  readonly status: ApiStatus | undefined;

  constructor(reason: StoreErrorReason, message: string, code: number, status: ApiStatus | undefined, waitMs?: number) {
    super(reason, message, waitMs);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
  }

  /** Whether the details of the Status contain this cause, e.g. `NamespaceTerminating`. */
  hasCause(reason: string): boolean {
    return this.status?.details?.causes?.some((cause) => cause.reason === reason) ?? false;
  }
}

/** Maximum of Retry-After: a server or a proxy that asks for a longer wait has usually recovered by then. */
const longestWaitSeconds = 60;

/**
 * Parses an answer with a status of 400 or above.
 * @param retryAfter the header of that name, in seconds
 */
export function answerError(target: RequestTarget, code: number, body: string, retryAfter?: string): ApiError {
  const parsed = jsonOf(body);
  const status = isStatus(parsed) ? parsed : undefined;
  return statusError(target, code, status, retryAfter, status === undefined ? body : undefined);
}

/** Error from a Status: of an answer, or of an ERROR event in a watch. */
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
      // A resource handler answers with a Status; without a handler, the answer is plain text.
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
      // The server's message for an applied manifest that does not match the schema.
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
      return `the API server does not serve ${target.resource}: are the CRDs installed?`;
    default:
      return `cannot ${subject(target)}: ${said}`;
  }
}

function place({ verb, resource, namespace }: RequestTarget): string {
  return `${verb} ${resource} ${namespace === undefined ? "at cluster scope" : `in namespace ${namespace}`}`;
}

/** Verb, resource and object: `patch widgets.test.dev "team-a/w"`. */
export function subject({ verb, resource, namespace, name }: RequestTarget): string {
  const object = [namespace, name].filter((part) => part !== undefined).join("/");
  return object === "" ? `${verb} ${resource}` : `${verb} ${resource} "${object}"`;
}

/** Reasons why the server's certificate is not trusted, by Node's error code. */
const distrust: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host name",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not signed by the CA that is configured for it",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not signed by the CA that is configured for it",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not signed by the CA that is configured for it",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is not signed by the CA that is configured for it",
  CERT_SIGNATURE_FAILURE: "its certificate is not signed by the CA that is configured for it",
};

/** Causes by Node's error code; other errors keep their own message. */
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

/** Error for a missing answer: refused, cut, not resolved, not trusted. One line with host and cause. */
export function connectionError(server: string, error: unknown): StoreError {
  const code = codeOf(error);
  const cause = (code === undefined ? undefined : causes[code]) ?? oneLine(wordsOf(error));
  const failure = new StoreError("Unavailable", `no answer from the API server ${server}: ${cause}`);
  failure.cause = error;
  return failure;
}

/** Whether TLS failed: the server's certificate is not trusted, or the server rejects ours. */
export function isDistrust(error: unknown): boolean {
  const code = codeOf(error) ?? "";
  return distrust[code] !== undefined || code.startsWith("ERR_SSL_");
}

/** Whether the connection broke, e.g. because the server closed it while idle. */
export function isBrokenConnection(error: unknown): boolean {
  return brokenConnectionCodes.has(codeOf(error) ?? "");
}

function codeOf(error: unknown): string | undefined {
  // A host with several addresses fails with one error per address.
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

/** Undefined: the text is not JSON. */
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
