import { brokenConnectionCodes } from "../runtime/broken-connection.ts";
import { visible } from "../runtime/visible.ts";
import { withoutValues } from "./echoed-values.ts";
import { typesNotOffered, withShortLists } from "./refusal-lists.ts";

/**
 * Every refusal and failure of AWS as one of a few kinds. The table below is the only place that knows exception
 * names and texts; it matches on the exception's name and a short stable substring, never on the full text.
 */
export type FailureKind =
  /** 429, ThrottlingException, `Rate exceeded`: nothing happened, ask later. */
  | "throttled"
  /** 5xx, a broken connection, a deadline: a write may or may not have happened. */
  | "unavailable"
  /** `is being modified`: wait until its status settles. */
  | "busy"
  /** `existing JobQueue relationship`: a queue still names it, or AWS has not yet noticed that none does. */
  | "inUse"
  /** `created and valid before attaching`: what it refers to is not ready. */
  | "notReady"
  /** `does not exist`, `NoSuchEntity`. */
  | "notFound"
  /** `already exists`. */
  | "alreadyExists"
  /** A count or size quota is used up. */
  | "quota"
  /** 403: the operator lacks a permission. */
  | "denied"
  /** 401/403: the credentials themselves are wrong, expired or missing. */
  | "credentials"
  /** Any other 400: AWS rejects the request. */
  | "invalid"
  /** Not in the table: retried with backoff, never swallowed. */
  | "unknown";

/** A failed AWS call. `message` is for people: AWS's words without request ids. */
export class AwsError extends Error {
  readonly kind: FailureKind;
  /** e.g. `batch:CreateComputeEnvironment`. */
  readonly operation: string;
  /** The exception's name, e.g. `ClientException`. */
  readonly exception: string;

  constructor(kind: FailureKind, operation: string, exception: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "AwsError";
    this.kind = kind;
    this.operation = operation;
    this.exception = exception;
  }
}

interface ErrorRule {
  readonly kind: FailureKind;
  /** The exception's name or code without the ending `Exception`. */
  readonly exception?: RegExp;
  /** A stable part of AWS's sentence. */
  readonly text?: RegExp;
  readonly statusAtLeast?: number;
  readonly statusBelow?: number;
}

/** The SDK's words for an answer that is not XML; it has no name for it. */
const xmlParseError = /XML parse error/;

/** The first rule with no condition that fails decides. */
const rules: readonly ErrorRule[] = [
  {
    kind: "credentials",
    exception:
      /^(ExpiredToken|ExpiredTradeInToken|RequestExpired|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|InvalidAccessKeyId|InvalidIdentityToken|IDPRejectedClaim|AuthFailure|CredentialsProviderError|TokenProviderError)$/,
  },
  {
    kind: "throttled",
    exception:
      /^(TooManyRequests|Throttling|Throttled|ThrottledRequest|RequestLimitExceeded|RequestThrottled|EC2Throttled|SlowDown|PriorRequestNotComplete)$/,
  },
  { kind: "throttled", statusAtLeast: 429, statusBelow: 430 },
  { kind: "throttled", text: /Rate exceeded|Too Many Requests/i },
  {
    kind: "denied",
    exception:
      /^(AccessDenied|UnauthorizedOperation|NotAuthorized|Forbidden|OptInRequired|SubscriptionRequired|RegionDisabled)$/,
  },
  { kind: "denied", text: /not authorized to perform/i },

  {
    kind: "unavailable",
    exception:
      /^(Timeout(Error)?|RequestTimeout|AbortError|DeadlineExceeded|AnswerTooLong|NetworkingError|SyntaxError|ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_\w+|EHOST\w+|ENET\w+|EPROTO|ERR_SOCKET\w+|ERR_TLS\w+|ERR_SSL\w+|UND_ERR\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/,
  },
  { kind: "unavailable", text: /socket hang up/i },
  { kind: "unavailable", text: xmlParseError },
  {
    kind: "unavailable",
    exception:
      /^(Server|ServiceUnavailable|ServiceFailure|Unavailable|InternalFailure|InternalError|InternalServerError|InternalServer|IDPCommunicationError)$/,
  },
  { kind: "unavailable", statusAtLeast: 500 },

  { kind: "busy", text: /is being modified/i },
  {
    kind: "busy",
    exception: /^(ConcurrentModification|EntityTemporarilyUnmodifiable|OperationAborted|IncorrectState)$/,
  },
  { kind: "inUse", text: /existing JobQueue relationship/i },
  { kind: "inUse", exception: /^(DeleteConflict|DependencyViolation|ResourceInUse|\w+\.InUse)$/ },
  { kind: "notReady", text: /valid before attaching/i },
  { kind: "notReady", text: /SchedulingPolicy \S+ not found/i },
  // IAM and Batch answer so for some seconds after a role or an instance profile was made.
  { kind: "notReady", text: /Invalid principal in policy|Invalid IAM Instance Profile/i },
  {
    kind: "alreadyExists",
    exception: /^(EntityAlreadyExists|NameConflict|RouteAlreadyExists|\w+\.(Duplicate|AlreadyExists))$/,
  },
  { kind: "alreadyExists", text: /already exists|has been taken in this account|conflicting DNS domain/i },
  // A policy that a spec names: waiting does not bring it.
  { kind: "invalid", text: /does not exist or is not attachable/ },
  {
    kind: "notFound",
    exception:
      /^(NoSuchEntity|ResourceNotFound|QueueDoesNotExist|NatGatewayNotFound|\w+\.(NotFound|VersionNotFound|Unknown))$/,
  },
  { kind: "notFound", text: /does not exist|Job(Queue|Definition) \S+ not found/i },
  { kind: "quota", exception: /LimitExceeded$|QuotaExceeded$|^InsufficientFreeAddressesInSubnet$/ },
  {
    kind: "quota",
    text: /LimitExceeded|QuotaExceeded|limit (has been )?exceeded|exceed(ed|s)? (the )?(quota|limit)|reached the (limit|quota)/i,
  },

  { kind: "credentials", statusAtLeast: 401, statusBelow: 402 },
  { kind: "denied", statusAtLeast: 403, statusBelow: 404 },
  {
    kind: "invalid",
    exception:
      /^(Client|Validation(Error)?|UnmodifiableEntity|Unsupported(Operation)?|OperationNotPermitted|(Invalid|Malformed|Missing)[\w.]*)$/,
  },
  { kind: "invalid", statusAtLeast: 400, statusBelow: 401 },
];

/**
 * The one place that knows exception names and texts.
 *
 * @param operation e.g. `batch:CreateComputeEnvironment`; an `AwsError` keeps its own
 * @param request what was sent, where the message may name a part of it
 */
export function classify(error: unknown, operation: string, request?: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const seen = facts(error);
  const rule = rules.find((candidate) => matches(candidate, seen));
  const exception = seen.names[0] ?? "Error";
  const text = wordsOf(seen, exception, request);
  const repeats = seen.texts.some((one) => withoutValues(one, request) !== one);
  const message =
    exception === "SyntaxError" || xmlParseError.test(text)
      ? `the endpoint answered with something that is not AWS's JSON or XML (${text}): check that AWS_ENDPOINT_URL and the proxy lead to AWS`
      : text;
  // The log prints a cause, so one that repeats values of the request is dropped.
  return new AwsError(rule?.kind ?? "unknown", operation, exception, message, repeats ? undefined : error);
}

/** What was said; the SDK says "UnknownError" of an answer that says nothing but its status. */
function wordsOf({ text, status }: Facts, exception: string, request: unknown): string {
  const silent = text === "" || text === "UnknownError";
  if (silent && status !== undefined) return `the endpoint answered HTTP ${status} and nothing else`;
  if (silent) return exception;
  const unoffered = typesNotOffered(text, request);
  return `${plainMessage(withoutValues(text, request))}${unoffered.length === 0 ? "" : `: ${unoffered.join(", ")} is not among them`}`;
}

interface Facts {
  /** The names and codes of the error and its causes, outermost first. */
  readonly names: readonly string[];
  /** The first of `texts`. */
  readonly text: string;
  /** The messages of the error and its causes, outermost first. */
  readonly texts: readonly string[];
  readonly status: number | undefined;
}

function facts(error: unknown): Facts {
  const names: string[] = [];
  const texts: string[] = [];
  let status: number | undefined;
  for (let at: unknown = error, depth = 0; at !== undefined && at !== null && depth < 4; depth++) {
    if (typeof at !== "object") {
      texts.push(typeof at === "string" ? at : "a value that is not an Error was thrown");
      break;
    }
    for (const key of ["name", "Code", "code"]) {
      const name = member(at, key);
      if (typeof name === "string" && name !== "" && !names.includes(name)) names.push(name);
    }
    const message = member(at, "message") ?? member(at, "Message");
    if (typeof message === "string" && message !== "") texts.push(message);
    const code = member(member(at, "$metadata"), "httpStatusCode");
    if (typeof code === "number") status ??= code;
    // A host with several addresses fails with one error for each of them, and with no words of its own.
    at = member(at, "cause") ?? (at instanceof AggregateError ? at.errors[0] : undefined);
  }
  return { names, text: texts[0] ?? "", texts, status };
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function matches(rule: ErrorRule, { names, text, status }: Facts): boolean {
  const { exception, text: sentence, statusAtLeast, statusBelow } = rule;
  if (exception !== undefined && !names.some((name) => exception.test(name.replace(/(?<=.)Exception$/, ""))))
    return false;
  if (sentence !== undefined && !sentence.test(text)) return false;
  if (statusAtLeast !== undefined && !(status !== undefined && status >= statusAtLeast)) return false;
  return statusBelow === undefined || (status !== undefined && status < statusBelow);
}

/**
 * AWS's words for a person: without Batch's wrapper, request ids and encoded blobs, and with its lists in one order:
 * what differs at each call would make the same failure seem new. Also for the `statusReason` of what AWS describes.
 */
export function plainMessage(text: string): string {
  const plain = withShortLists(
    text
      .replace(/^\s*Error executing request, Exception\s*:\s*/, "")
      .replace(/\s*\(Request ?ID:\s*[\w-]+\)/gi, "")
      .replace(/[;,]?\s*\bRequest ?ID:\s*[\w-]+/gi, "")
      // What the SDK adds is for whoever holds the error object.
      .replace(/\s*Deserialization error: to see the raw response[\s\S]*$/, "")
      .replace(/(Encoded authorization failure message:)\s*[\w+/=-]{20,}/, "$1 (left out)")
      .trim(),
  );
  return visible(plain);
}

/** Kinds after which a write has certainly not happened. */
const definite: Readonly<Record<FailureKind, boolean>> = {
  throttled: true,
  busy: true,
  inUse: true,
  notReady: true,
  notFound: true,
  alreadyExists: true,
  quota: true,
  denied: true,
  credentials: true,
  invalid: true,
  unavailable: false,
  unknown: false,
};

/** Whether a write that failed so certainly did not happen; otherwise it may have. */
export function isDefinite(kind: FailureKind): boolean {
  return definite[kind];
}

/** Whether the connection broke before there was an answer, as one does that AWS closed while it was idle. */
export function isBrokenConnection({ cause }: AwsError): boolean {
  return facts(cause).names.some((name) => brokenConnectionCodes.has(name));
}

/** Whether neither AWS nor time will end it: the operator lacks a permission, or its credentials are wrong. */
export function needsPerson(kind: string): boolean {
  return kind === "denied" || kind === "credentials";
}

/** Whether it is over with one of the next tries, mostly: AWS limits the rate of calls, or gave no good answer. */
export function passesByItself(kind: string): boolean {
  return kind === "throttled" || kind === "unavailable";
}

/** A failure that passes by itself is reported after this long. */
const passingReportedAfterMs = 30_000;

/**
 * Whether to report a read that has failed for `lastedMs` (ms): most failures that pass by themselves are over with the next
 * try, and every object would be reconciled twice for nothing. A wall clock that was put back proves nothing.
 */
export function isWorthReporting(kind: FailureKind, lastedMs: number): boolean {
  return needsPerson(kind) || lastedMs < 0 || lastedMs >= passingReportedAfterMs;
}

/**
 * Whether it is something that the request refers to which is not there: what it makes or changes is no longer meant
 * when AWS says so again and again.
 *
 * @param failure with `operation` as in `batch:RegisterJobDefinition`
 */
export function lacksReference({ kind, operation }: { readonly kind: string; readonly operation: string }): boolean {
  return kind === "notFound" && /:(Create|Register|Update)/.test(operation);
}
