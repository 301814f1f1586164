import type { Kind, ObjectKey } from "../../src/api/object.ts";
import { keyText } from "../../src/api/object.ts";
import type { ControllerObserver } from "../../src/runtime/controller.ts";
import type { ReflectorObserver } from "../../src/runtime/reflector.ts";
import type { RuntimeObserver } from "../../src/runtime/runtime.ts";
import type { WorkqueueObserver } from "../../src/runtime/workqueue.ts";

/** What was done while a key waited for its pass. */
export interface Wait {
  /** `Kind namespace/name`. */
  readonly key: string;
  /** Whether it was in the class of what a list shows, all the time. */
  readonly isLow: boolean;
  /** By namespace: the passes of the same controller that began meanwhile. */
  readonly passes: ReadonlyMap<string, number>;
}

/** The passes of one process, by the namespace of their objects. */
export class Passes implements RuntimeObserver {
  /** How many have begun. */
  readonly begun = new Map<string, number>();
  readonly #onWait: (wait: Wait, namespace: string) => void;

  /** @param onWait a key has waited, and its pass begins */
  constructor(onWait: (wait: Wait, namespace: string) => void) {
    this.#onWait = onWait;
  }

  workqueue({ kind }: Kind): WorkqueueObserver {
    const begun = new Map<string, number>();
    /** Of each key that waits: what had begun when it came; of one that was added during its own pass, when that ends. */
    const waiting = new Map<string, { readonly before: ReadonlyMap<string, number>; readonly isLow: boolean }>();
    /** Of each key with a pass: the class in which it was added during that. */
    const working = new Map<string, { readonly isLow: boolean } | undefined>();
    const wait = (text: string, isLow: boolean): void => {
      const known = waiting.get(text);
      waiting.set(text, { before: known?.before ?? new Map(begun), isLow: isLow && known?.isLow !== false });
    };
    return {
      depth: () => undefined,
      retried: () => undefined,
      added: (priority, key) => {
        const text = keyText(key);
        const isLow = priority === "low";
        if (working.has(text)) working.set(text, { isLow: isLow && working.get(text)?.isLow !== false });
        else wait(text, isLow);
      },
      taken: (_waitedMs, key) => {
        const text = keyText(key);
        const { before, isLow } = waiting.get(text) ?? { before: begun, isLow: false };
        waiting.delete(text);
        working.set(text, undefined);
        const passes = new Map(
          [...begun].map(([namespace, count]) => [namespace, count - (before.get(namespace) ?? 0)]),
        );
        this.#onWait({ key: `${kind} ${text}`, isLow, passes }, key.namespace);
        for (const counts of [begun, this.begun]) counts.set(key.namespace, (counts.get(key.namespace) ?? 0) + 1);
      },
      finished: (_workedMs, key: ObjectKey) => {
        const text = keyText(key);
        const added = working.get(text);
        if (added !== undefined) wait(text, added.isLow);
        working.delete(text);
      },
    };
  }

  controller(): ControllerObserver {
    return { reconciled: () => undefined, statusWritten: () => undefined };
  }

  reflector(): ReflectorObserver {
    return {
      listed: () => undefined,
      heard: () => undefined,
      watchEnded: () => undefined,
      listFailed: () => undefined,
    };
  }
}
