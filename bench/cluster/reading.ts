import { kinds } from "../../src/api/v1alpha1/kinds.ts";
import type { ControlPlane } from "../../test/integration/control-plane/control-plane.ts";
import { sleep } from "../../test/integration/control-plane/wait.ts";
import type { OperatorProcess } from "../../test/integration/operator/operator-process.ts";
import type { Front } from "../../test/integration/stories/account.ts";
import { auditOfOperator, isKubernetesWrite } from "../../test/integration/stories/installed.ts";

const limitMs = 15 * 60_000;

/** Counters so far. */
export interface Reading {
  readonly objectWrites: number;
  readonly events: number;
  readonly awsCalls: number;
  readonly awsWrites: number;
  readonly cpuSeconds: number;
  readonly memoryMiB: number;
}

export async function read(cluster: ControlPlane, front: Front, operator: OperatorProcess): Promise<Reading> {
  const writes = (await auditOfOperator(cluster)).filter(isKubernetesWrite);
  const to = (...resources: readonly string[]): number =>
    writes.filter(({ objectRef }) => resources.includes(objectRef?.resource ?? "")).length;
  return {
    objectWrites: to(...kinds.map(({ plural }) => plural)),
    events: to("events"),
    awsCalls: front.calls.length,
    awsWrites: front.writes().length,
    cpuSeconds: (await operator.metric("process_cpu_seconds_total")) ?? Number.NaN,
    memoryMiB: ((await operator.metric("process_resident_memory_bytes")) ?? Number.NaN) / 2 ** 20,
  };
}

/** Waits until `done`. @returns the seconds until `done` */
export async function seconds(done: () => Promise<boolean>, what: string): Promise<number> {
  const began = performance.now();
  while (!(await done())) {
    if (performance.now() - began > limitMs) throw new Error(`${what} did not hold within ${limitMs / 60_000} min`);
    await sleep(500);
  }
  return (performance.now() - began) / 1000;
}
