import type { KubeObject } from "../../../../src/api/object.ts";
import type { BatchJob } from "../../../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../../../src/api/v1alpha1/kinds.ts";
import { intentOf } from "../../../../src/controllers/kinds/batch-job/intent.ts";
import type { OracleFactory } from "../../oracle.ts";
import { nameOf } from "../../oracles/reading.ts";
import type { OperatorProcess } from "../../process.ts";
import { attacker } from "../tenants.ts";
import { Rights } from "./rights.ts";

/**
 * Whoever has a place in a line has turns that others wait for. So a job gets one only for a queue that its namespace may use, and
 * has none while the process does not know whether AWS has it already: such a job searches AWS, which may take long.
 * Judged whenever a pass over a job begins, which is when it may have just got its place.
 */
export const inLine: OracleFactory = (watched) => {
  const rights = new Rights(watched);
  /** Uids that have had a place in a line of a process; a permission is asked for once. */
  const admitted = new Map<OperatorProcess, Set<string>>();
  return {
    name: "only what may be submitted waits in line",
    onObject(before, after) {
      rights.onObject(before, after);
      return undefined;
    },
    onWait(process, { key }, namespace) {
      if (namespace !== attacker || !key.startsWith(`${BatchJobKind.kind} `)) return undefined;
      const { runtime, turns, ports } = process.composed.operator;
      const place = [...turns.places].find(
        (one) => key === `${BatchJobKind.kind} ${attacker}/${one.key.name}` && one.key.namespace === attacker,
      );
      const object: KubeObject | undefined = place && runtime.cache(BatchJobKind).get(place.key);
      if (place === undefined || object === undefined) return undefined;
      const writer = intentOf(object as BatchJob)?.by ?? ports.processId();
      if (writer !== ports.processId())
        return `${key} has a place in ${place.queue} of ${process.name} under the note of ${writer}`;
      const known = admitted.get(process) ?? new Set();
      admitted.set(process, known);
      if (known.has(object.metadata.uid)) return undefined;
      known.add(object.metadata.uid);
      if (rights.mayUse("JobQueue", nameOf(place.queue), watched.clock.monotonic())) return undefined;
      return `${key} got a place in ${place.queue} of ${process.name}, which it may not use`;
    },
  };
};
