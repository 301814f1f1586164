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
  /** By namespace: the passes of the same controller that began meanwhile. */
  readonly passes: ReadonlyMap<string, number>;
}

/** Who wants to know of passes. */
export interface PassListener {
  /** A key has waited, and its pass begins. */
  waited(wait: Wait, namespace: string): void;
  /** A pass has ended. */
  ended(kind: Kind, key: ObjectKey): void;
}

/** The passes of one process, by the namespace of their objects. */
export class Passes implements RuntimeObserver {
  /** How many have begun. */
  readonly begun = new Map<string, number>();
  readonly #listener: PassListener;

  constructor(listener: PassListener) {
    this.#listener = listener;
  }

  workqueue(kind: Kind): WorkqueueObserver {
    const begun = new Map<string, number>();
    /** Of each key that waits: what had begun when it came; of one that was added during its own pass, when that ends. */
    const waiting = new Map<string, ReadonlyMap<string, number>>();
    /** Of each key with a pass: whether it was added during that. */
    const working = new Map<string, boolean>();
    const wait = (text: string): void => void waiting.set(text, waiting.get(text) ?? new Map(begun));
    return {
      depth: () => undefined,
      retried: () => undefined,
      added: (_priority, key) => {
        const text = keyText(key);
        if (working.has(text)) working.set(text, true);
        else wait(text);
      },
      taken: (_waitedMs, key) => {
        const text = keyText(key);
        const before = waiting.get(text) ?? begun;
        waiting.delete(text);
        working.set(text, false);
        const passes = new Map(
          [...begun].map(([namespace, count]) => [namespace, count - (before.get(namespace) ?? 0)]),
        );
        this.#listener.waited({ key: `${kind.kind} ${text}`, passes }, key.namespace);
        for (const counts of [begun, this.begun]) counts.set(key.namespace, (counts.get(key.namespace) ?? 0) + 1);
      },
      finished: (_workedMs, key) => {
        const text = keyText(key);
        if (working.get(text) === true) wait(text);
        working.delete(text);
        this.#listener.ended(kind, key);
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
