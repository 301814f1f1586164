import { abortable, childSignal, DeadlineExceeded } from "../runtime/abort.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Call } from "./api.ts";
import type { CallBudget, CallKind } from "./budget.ts";
import { type CallTable, operationOf } from "./call-facts.ts";
import { AwsError, classify, type FailureKind, isBrokenConnection, isDefinite } from "./errors.ts";

/** A call that has no answer by then is given up. */
export const longestCallMs = 10_000;

export interface CallReport {
  /** e.g. `batch:CreateComputeEnvironment`. */
  readonly operation: string;
  readonly kind: CallKind;
  /** `notSent`: it never left this process. */
  readonly outcome: "ok" | "notSent" | FailureKind;
  /** From the moment it might leave to its answer, without the wait for the budget. */
  readonly durationMs: number;
}

export interface CallGuardOptions {
  readonly clock: Clock;
  readonly budget: CallBudget;
  /**
   * Whether this replica may write now: gives what is left of its lease, or throws. Asked in the last step before
   * a write leaves.
   */
  readonly mayWrite: () => { readonly deadlineMs: number };
  readonly onCall: ((report: CallReport) => void) | undefined;
  /** A call that has no answer by then is given up; undefined: `longestCallMs`. */
  readonly limitMs?: number;
}

/** A call that certainly never left this process: no lease any more, or its caller gave up while it waited. */
export class NotSent extends Error {
  readonly operation: string;

  constructor(operation: string, cause: unknown) {
    super(`${operation} was not sent: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "NotSent";
    this.operation = operation;
  }
}

/** Whether a write that ended in this error certainly did not happen: then AWS has nothing to show later. */
export function neverHappened(error: unknown): boolean {
  return error instanceof NotSent || (error instanceof AwsError && isDefinite(error.kind));
}

/** Puts what every AWS call needs around one call: budget, lease, deadline, classification, report. */
export type CallGuard = <I, O>(operation: string, kind: CallKind, call: Call<I, O>) => Call<I, O>;

/**
 * What a guarded call rejects with is either `NotSent` or an `AwsError`. A caller that gives up a call under way gets
 * an `AwsError` of kind `unavailable`, since a write may have happened. A read that loses its connection is sent once
 * more, on another one: AWS may close an idle connection just as a call goes out on it.
 */
export function callGuard(given: CallGuardOptions): CallGuard {
  const guardOnce = guardedOnce(given);
  return (operation, kind, call) => {
    const once = guardOnce(operation, kind, call);
    if (kind === "write") return once;
    return async (input, options) => {
      try {
        return await once(input, options);
      } catch (error) {
        if (!(error instanceof AwsError && isBrokenConnection(error))) throw error;
      }
      return await once(input, options);
    };
  };
}

/** As `callGuard`, with one try. */
function guardedOnce(options: CallGuardOptions): CallGuard {
  const { clock, budget, mayWrite, limitMs: longestMs = longestCallMs } = options;

  return (operation, kind, call) =>
    async (input, { signal, onBehalfOf, beforeSend: lastCheck } = {}) => {
      const started = { at: clock.monotonic(), sent: false };
      const report = (outcome: CallReport["outcome"]): void =>
        options.onCall?.({ operation, kind, outcome, durationMs: clock.monotonic() - started.at });
      const notSent = (cause: unknown): NotSent => {
        report("notSent");
        return new NotSent(operation, cause);
      };

      try {
        await budget.take(kind, { signal, onBehalfOf });
        signal?.throwIfAborted();
      } catch (reason) {
        throw notSent(reason);
      }
      started.at = clock.monotonic();
      let limitMs = longestMs;
      if (kind === "write") {
        try {
          limitMs = Math.min(longestMs, mayWrite().deadlineMs);
          if (limitMs <= 0) throw new Error("no time is left of the lease");
          lastCheck?.();
        } catch (reason) {
          throw notSent(reason);
        }
      }

      const child = childSignal(signal ?? new AbortController().signal);
      const timer = clock.schedule(limitMs, () => child.abort(new DeadlineExceeded(operation, limitMs)));
      let refusedBeforeSend: NotSent | undefined;
      const beforeSend = (): void => {
        if (kind === "read") return;
        try {
          child.signal.throwIfAborted();
          mayWrite();
          lastCheck?.();
        } catch (reason) {
          refusedBeforeSend = new NotSent(operation, reason);
          throw refusedBeforeSend;
        }
      };
      try {
        const answer = await abortable(call(input, { signal: child.signal, beforeSend }), child.signal);
        report("ok");
        return answer;
      } catch (error) {
        if (refusedBeforeSend !== undefined) {
          report("notSent");
          throw refusedBeforeSend;
        }
        const failure = classify(error, operation, input);
        if (failure.kind === "throttled") budget.throttled();
        report(failure.kind);
        throw failure;
      } finally {
        timer.cancel();
        child.release();
      }
    };
}

/** Any service's calls, by their names. */
type Calls<Names extends string> = { readonly [Name in Names]: Call<never, unknown> };

/** The calls of a service, each with something put around it. */
export function eachCall<A extends Calls<keyof A & string>>(
  api: A,
  calls: CallTable<keyof A & string>,
  wrap: (name: keyof A & string, kind: CallKind, call: Call<never, unknown>) => Call<never, unknown>,
): A {
  const names = Object.keys(calls) as (keyof A & string)[];
  const wrapped = names.map((name) => [
    name,
    wrap(name, calls[name].kind, (input, options) => api[name](input, options)),
  ]);
  return Object.fromEntries(wrapped) as A;
}

/** @param service as in its actions, e.g. `iam` */
export function guardedCalls<A extends Calls<keyof A & string>>(
  service: string,
  api: A,
  calls: CallTable<keyof A & string>,
  guard: CallGuard,
): A {
  return eachCall(api, calls, (name, kind, call) => guard(`${service}:${operationOf(name)}`, kind, call));
}

/** The calls of a service, each made for a namespace: the budget lets namespaces take turns. */
export function callsFor<A extends Calls<keyof A & string>>(
  namespace: string,
  api: A,
  calls: CallTable<keyof A & string>,
): A {
  return eachCall(api, calls, (_name, _kind, call) => {
    return (input, options) => call(input, { ...options, onBehalfOf: namespace });
  });
}
