import type { Clock } from "../runtime/clock.ts";

/** What goes wrong with one call. */
export type Fault =
  /** AWS answers with this exception and does nothing. */
  | { readonly kind: "refuse"; readonly exception: string; readonly message: string; readonly httpStatusCode: number }
  /** The request never arrives; the caller waits until it gives up. */
  | { readonly kind: "loseRequest" }
  /** The request takes effect; the connection breaks before the answer is there. */
  | { readonly kind: "loseResponse" }
  /** The request takes effect at once; the answer comes late. */
  | { readonly kind: "delayResponse"; readonly delayMs: number }
  /** The request takes effect late, even when the caller has given up by then. */
  | { readonly kind: "delayRequest"; readonly delayMs: number }
  /** A read answers as of `staleMs` ago. */
  | { readonly kind: "stale"; readonly staleMs: number };

export interface FaultyCall {
  /** e.g. `CreateComputeEnvironment`. */
  readonly operation: string;
  readonly input: unknown;
}

export interface FaultRule {
  readonly fault: Fault;
  /** Which calls; left out: all. */
  readonly on?: string | readonly string[] | ((call: FaultyCall) => boolean);
  /** How often; left out: as long as the rule stands. */
  readonly times?: number;
  /** For how long from now. */
  readonly forMs?: number;
  /** How many matching calls go well before the first that does not. */
  readonly after?: number;
}

/** AWS's answer to too many calls. */
export const throttled: Fault = {
  kind: "refuse",
  exception: "TooManyRequestsException",
  message: "Too Many Requests",
  httpStatusCode: 429,
};

export const serverFailure: Fault = {
  kind: "refuse",
  exception: "ServerException",
  message: "Internal server error",
  httpStatusCode: 500,
};

/**
 * @param operation e.g. `CreateJobQueue`
 * @param service as in its actions
 */
export function accessDenied(operation: string, service: "batch" | "iam" = "batch"): Fault {
  return {
    kind: "refuse",
    exception: service === "batch" ? "AccessDeniedException" : "AccessDenied",
    message: `User: arn:aws:sts::123456789012:assumed-role/operator/session is not authorized to perform: ${service}:${operation} on resource: *`,
    httpStatusCode: 403,
  };
}

/** IAM's own refusals, as it words them. */
export const iamFaults = {
  throttled: refuseBy("Throttling", 400, "Rate exceeded"),
  noSuchRole: (name: string) => refuseBy("NoSuchEntityException", 404, `The role with name ${name} cannot be found.`),
  rolesUsedUp: refuseBy("LimitExceededException", 409, "Cannot exceed quota for RolesPerAccount: 1000"),
  policiesUsedUp: refuseBy("LimitExceededException", 409, "Cannot exceed quota for PoliciesPerRole: 10"),
  attachedElsewhere: refuseBy("DeleteConflictException", 409, "Cannot delete entity, must detach all policies first."),
  malformedPolicy: refuseBy("MalformedPolicyDocumentException", 400, "Syntax errors in policy."),
  principalTooNew: refuseBy(
    "MalformedPolicyDocumentException",
    400,
    'Invalid principal in policy: "AWS":"AROAEXAMPLE"',
  ),
  changedMeanwhile: refuseBy(
    "ConcurrentModificationException",
    409,
    "The request was rejected because multiple requests to change this object were submitted simultaneously.",
  ),
} as const;

function refuseBy(exception: string, httpStatusCode: number, message: string): Fault {
  return { kind: "refuse", exception, httpStatusCode, message };
}

interface Standing {
  readonly rule: FaultRule;
  readonly until: number;
  left: number;
  skip: number;
}

/** The faults in force. The rule that was added first wins. */
export class Faults {
  readonly #clock: Clock;
  readonly #standing = new Set<Standing>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns how to take the rule away again. */
  add(rule: FaultRule): () => void {
    const standing: Standing = {
      rule,
      until: this.#clock.monotonic() + (rule.forMs ?? Number.POSITIVE_INFINITY),
      left: rule.times ?? Number.POSITIVE_INFINITY,
      skip: rule.after ?? 0,
    };
    this.#standing.add(standing);
    return () => this.#standing.delete(standing);
  }

  clear(): void {
    this.#standing.clear();
  }

  /** The fault of this call, used up by asking. */
  take(call: FaultyCall): Fault | undefined {
    for (const standing of this.#standing) {
      if (standing.left <= 0 || this.#clock.monotonic() >= standing.until) {
        this.#standing.delete(standing);
        continue;
      }
      if (!matches(standing.rule, call)) continue;
      if (standing.skip > 0) {
        standing.skip--;
        continue;
      }
      standing.left--;
      return standing.rule.fault;
    }
    return undefined;
  }
}

function matches({ on }: FaultRule, call: FaultyCall): boolean {
  if (on === undefined) return true;
  if (typeof on === "function") return on(call);
  return typeof on === "string" ? on === call.operation : on.includes(call.operation);
}
