import type { Clock } from "./clock.ts";

/** A separate signal that also aborts when its parent does. */
export interface ChildSignal {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Detaches it from the parent; call it when the work has ended. */
  release(): void;
}

/** `AbortSignal.any` without a leak: the parent lives as long as the process. */
export function childSignal(parent: AbortSignal): ChildSignal {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => parent.removeEventListener("abort", follow),
  };
}

/** The result of `work`, or the signal's reason as soon as it aborts, even if `work` ignores the signal. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Thrown by `withDeadline`. */
export class DeadlineExceeded extends Error {
  constructor(what: string, limitMs: number) {
    super(`${what} did not answer within ${limitMs / 1000} s`);
    this.name = "DeadlineExceeded";
  }
}

/**
 * Runs `work` with a signal that aborts after `limitMs` or when `parent` does, and then does not wait for it.
 * @throws DeadlineExceeded after the limit
 */
export async function withDeadline<T>(
  clock: Clock,
  limitMs: number,
  parent: AbortSignal,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  parent.throwIfAborted();
  const child = childSignal(parent);
  const timer = clock.schedule(limitMs, () => child.abort(new DeadlineExceeded(what, limitMs)));
  try {
    return await abortable(work(child.signal), child.signal);
  } finally {
    timer.cancel();
    child.release();
  }
}
