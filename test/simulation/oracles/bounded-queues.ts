import type { OracleFactory } from "../oracle.ts";

/** What waits in a process is bounded by what there is to do: each object at most once in its queue, no more timers than work. */
export const boundedQueues: OracleFactory = (watched) => {
  const check = (): string | undefined => {
    const objects = watched.store.objects().length;
    for (const process of watched.processes()) {
      for (const controller of process.composed.operator.runtime.controllers) {
        // An object that is gone may wait once more, to be forgotten.
        if (controller.depth > 2 * objects + 10) {
          return `${process.name} has ${controller.depth} keys of ${controller.kind.kind} waiting for ${objects} objects`;
        }
      }
      if (process.clock.pending > 200 + 20 * objects) {
        return `${process.name} has ${process.clock.pending} timers for ${objects} objects`;
      }
    }
    return undefined;
  };
  return { name: "queues are bounded", onTick: check, onObject: check };
};
