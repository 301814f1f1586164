import { afterAll, beforeAll, expect, test } from "vitest";
import { type ControlPlane, startControlPlane } from "../integration/control-plane/control-plane.ts";
import { linesOf } from "../integration/control-plane/run.ts";
import { chart, describeWithHelm, helm, required, valuesArgs } from "./helm.ts";

describeWithHelm("an upgrade with another cluster name", (program) => {
  let cluster: ControlPlane;
  beforeAll(async () => {
    cluster = await startControlPlane({ controllerManager: true });
  });
  afterAll(() => cluster?.stop());

  test("is refused, unless it renames the cluster", async () => {
    const namespace = await cluster.newNamespace("release");
    const upgrade = (...flags: readonly string[]) => {
      const set = ["replicas=0", ...flags.map((flag) => `flags.${flag}`)].flatMap((value) => ["--set", value]);
      const args = ["upgrade", "--install", "batch", chart, "--namespace", namespace, ...valuesArgs(required), ...set];
      return helm(program, args, cluster.access.kubeconfig);
    };
    linesOf(await upgrade());
    const refused = await upgrade("clusterName=green");
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(
        /flags\.clusterName is green, and was blue .* Set flags\.clusterName=blue again; .* set flags\.renameClusterFrom=blue/,
      ),
    ]);
    expect((await upgrade("clusterName=green", "renameClusterFrom=red")).code).toBe(1);
    linesOf(await upgrade("clusterName=green", "renameClusterFrom=blue"));
    linesOf(await upgrade("clusterName=green"));
  });
});
