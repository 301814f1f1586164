import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import { verdictOn } from "../../../src/tools/local/goal.ts";
import { rowOf } from "../../../src/tools/local/rows.ts";

const at = { lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: 1 };
const ready = { type: "Ready", status: "True", reason: "Available", message: "VALID", ...at };
const network = { type: "NetworkReady", status: "False", reason: "NoPublicIp", message: "no path", ...at };

function environment(conditions: readonly object[], preflight: string): KubeObject {
  const metadata = { name: "a", namespace: "default", uid: "u", resourceVersion: "1", generation: 1 };
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "BatchComputeEnvironment",
    metadata: { ...metadata, creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: { type: "MANAGED", network: { preflight }, computeResources: { type: "FARGATE", subnets: ["subnet-1"] } },
    status: { conditions },
  };
}

test.each([
  ["is not reached before its network was judged, for a warning of it would be missed", [ready], "Warn", "open"],
  ["is reached with a network that was judged, whatever the result", [ready, network], "Warn", "reached"],
  ["does not wait for a check that the spec turns off", [ready], "Skip", "reached"],
])("the readiness of an environment %s", (_what, conditions, preflight, kind) => {
  const rows = [rowOf(environment(conditions, preflight), "present")];
  expect(verdictOn("ready", rows).kind).toBe(kind);
});
