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
  /**
   * By namespace: the passes of the same controller that began meanwhile, but for those that the kept worker may have begun while it
   * could not begin this one: it takes keys only of namespaces of which none is worked on.
   */
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
    /** Of each key that waits: what has begun since it came; of one that was added during its own pass, since that has ended. */
    const waiting = new Map<string, { readonly namespace: string; readonly passes: Map<string, number> }>();
    /** Of each key with a pass: whether it was added during that. */
    const working = new Map<string, { readonly namespace: string; again: boolean }>();
    const isIdle = (namespace: string): boolean => working.values().every((one) => one.namespace !== namespace);
    const wait = (text: string, { namespace }: ObjectKey): void => {
      if (!waiting.has(text)) waiting.set(text, { namespace, passes: new Map() });
    };
    return {
      depth: () => undefined,
      retried: () => undefined,
      added: (_priority, key) => {
        const text = keyText(key);
        const itsPass = working.get(text);
        if (itsPass === undefined) wait(text, key);
        else itsPass.again = true;
      },
      taken: (_waitedMs, key) => {
        const text = keyText(key);
        const { namespace } = key;
        const passes = waiting.get(text)?.passes ?? new Map<string, number>();
        waiting.delete(text);
        this.#listener.waited({ key: `${kind.kind} ${text}`, passes }, namespace);
        count(this.begun, namespace);
        const mayBeKept = isIdle(namespace);
        for (const other of waiting.values()) {
          if (!mayBeKept || isIdle(other.namespace)) count(other.passes, namespace);
        }
        working.set(text, { namespace, again: false });
      },
      finished: (_workedMs, key) => {
        const text = keyText(key);
        const again = working.get(text)?.again === true;
        working.delete(text);
        if (again) wait(text, key);
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

function count(passes: Map<string, number>, namespace: string): void {
  passes.set(namespace, (passes.get(namespace) ?? 0) + 1);
}
