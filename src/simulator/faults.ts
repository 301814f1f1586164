import type { Clock } from "../runtime/clock.ts";

/** A fault of one call. */
export type Fault =
  /** AWS answers with this exception and does nothing. */
  | { readonly kind: "refuse"; readonly exception: string; readonly message: string; readonly httpStatusCode: number }
  /** The request never arrives; the caller times out. */
  | { readonly kind: "loseRequest" }
  /** The request takes effect; the connection breaks before the answer. */
  | { readonly kind: "loseResponse" }
  /** The request takes effect at once; the answer comes late. */
  | { readonly kind: "delayResponse"; readonly delayMs: number }
  /** The request takes effect late, even if the caller has timed out by then. */
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
  /** Affected calls; omitted: all. */
  readonly on?: string | readonly string[] | ((call: FaultyCall) => boolean);
  /** Number of faults; omitted: unlimited. */
  readonly times?: number;
  /** Duration from now. */
  readonly forMs?: number;
  /** Number of matching calls that succeed before the first fault. */
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

/** IAM's errors, in its words. */
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

interface ActiveRule {
  readonly rule: FaultRule;
  readonly until: number;
  left: number;
  skip: number;
}

/** The active faults. The first added rule wins. */
export class Faults {
  readonly #clock: Clock;
  readonly #active = new Set<ActiveRule>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns a function that removes the rule. */
  add(rule: FaultRule): () => void {
    const active: ActiveRule = {
      rule,
      until: this.#clock.monotonic() + (rule.forMs ?? Number.POSITIVE_INFINITY),
      left: rule.times ?? Number.POSITIVE_INFINITY,
      skip: rule.after ?? 0,
    };
    this.#active.add(active);
    return () => this.#active.delete(active);
  }

  clear(): void {
    this.#active.clear();
  }

  /** The fault of this call; each call consumes it. */
  take(call: FaultyCall): Fault | undefined {
    for (const active of this.#active) {
      if (active.left <= 0 || this.#clock.monotonic() >= active.until) {
        this.#active.delete(active);
        continue;
      }
      if (!matches(active.rule, call)) continue;
      if (active.skip > 0) {
        active.skip--;
        continue;
      }
      active.left--;
      return active.rule.fault;
    }
    return undefined;
  }
}

function matches({ on }: FaultRule, call: FaultyCall): boolean {
  if (on === undefined) return true;
  if (typeof on === "function") return on(call);
  return typeof on === "string" ? on === call.operation : on.includes(call.operation);
}
