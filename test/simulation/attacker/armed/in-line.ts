import { keyText } from "../../../../src/api/object.ts";
import type { BatchJob } from "../../../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../../../src/api/v1alpha1/kinds.ts";
import { intentOf } from "../../../../src/controllers/kinds/batch-job/intent.ts";
import type { OracleFactory } from "../../oracle.ts";
import { nameOf, textOf } from "../../oracles/reading.ts";
import type { OperatorProcess } from "../../process.ts";
import { attacker } from "../tenants.ts";
import { Rights } from "./rights.ts";

/**
 * Whoever has a place in a line has turns that others wait for. So a job gets one only for a queue that its namespace may use, and
 * has none while the process does not know whether AWS has it already: such a job searches AWS, which may take long.
 * Judged whenever a pass over a job has ended, which may have given it its place: the next pass may be minutes later.
 */
export const inLine: OracleFactory = (watched) => {
  const rights = new Rights(watched);
  /** Uids that have a place in a line of a process: the permission is asked for when they get it. */
  const admitted = new Map<OperatorProcess, Set<string>>();
  return {
    name: "only what may be submitted waits in line",
    onObject(before, after) {
      rights.onObject(before, after);
      return undefined;
    },
    onPass(process, { kind }, key) {
      if (key.namespace !== attacker || kind !== BatchJobKind.kind) return undefined;
      const { runtime, turns, ports } = process.composed.operator;
      const object = runtime.cache(BatchJobKind).get(key);
      if (object === undefined) return undefined;
      const { uid } = object.metadata;
      const known = admitted.get(process) ?? new Set();
      admitted.set(process, known);
      const place = [...turns.places].find((one) => keyText(one.key) === keyText(key));
      if (place === undefined) {
        known.delete(uid);
        return undefined;
      }
      const text = textOf(object);
      const writer = intentOf(object as BatchJob)?.by ?? ports.processId();
      if (writer !== ports.processId())
        return `${text} has a place in ${place.queue} of ${process.name} under the note of ${writer}`;
      if (known.has(uid)) return undefined;
      known.add(uid);
      if (rights.mayUse("JobQueue", nameOf(place.queue), watched.clock.monotonic())) return undefined;
      return `${text} got a place in ${place.queue} of ${process.name}, which it may not use`;
    },
  };
};
