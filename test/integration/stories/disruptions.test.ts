import { afterAll, beforeAll, expect, test } from "vitest";
import { jobDefinition } from "../../manifests.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { describeOnCluster } from "../control-plane/shared.ts";
import { sleep, until } from "../control-plane/wait.ts";
import type { OperatorProcess } from "../operator/operator-process.ts";
import { install } from "./installed.ts";
import { Place } from "./place.ts";

const cuts = 15;

describeOnCluster("an API server that fails", () => {
  let cluster: ControlPlane;
  let place: Place;
  let operator: OperatorProcess;

  beforeAll(async () => {
    // Without a watch cache, watches get 410 right after a compaction.
    cluster = await startControlPlane({ watchCache: false });
    await install(cluster);
    place = await Place.in(cluster, false);
    operator = await place.start();
    await operator.untilReady();
    await place.begin();
  });

  afterAll(async () => {
    await operator?.stop("SIGKILL");
    await place?.account.close();
    await cluster?.stop();
  });

  test("by a power cut: the next change is seen", async ({ annotate }) => {
    await cluster.restartApiServer("SIGKILL");
    const seen = await place.change();
    await annotate(`in AWS and Ready ${await seen()} ms after the change`);
    expect(operator.child.running).toBe(true);
  });

  test("by silence, its etcd compacted meanwhile: every change is seen", async ({ annotate }) => {
    const { team, account } = place;
    await team.apply(jobDefinition("goes"));
    await team.untilReady();
    cluster.proxy.hold();
    await team.apply(jobDefinition("comes"));
    await team.delete("JobDefinition", "goes");
    const seen = await place.change();
    // A watch may miss the last change before the compaction, not more.
    await cluster.compactEtcd();
    cluster.cutWatches();
    cluster.proxy.release();
    await annotate(`in AWS and Ready ${await seen()} ms later`);
    await team.untilGone(["goes"]);
    expect(account.definitions().toSorted()).toEqual(["app", "comes"].map((name) => `${team.namespace}_${name}:1`));
    expect(operator.child.running).toBe(true);
  });

  test("by connections that are cut again and again: every change is seen", async ({ annotate }) => {
    let seen = await place.change();
    for (let time = 0; time < cuts; time++) {
      await until(() => cluster.proxy.connectionCount > 0 || "no connection", "the operator to come back");
      cluster.cutWatches();
      seen = await place.change();
      await sleep(1000);
    }
    await annotate(`in AWS and Ready ${await seen()} ms after the last of ${cuts} cuts`);
    expect(operator.child.running).toBe(true);
  });

  test("breaks nothing and loses nothing", async () => {
    const errors = (await operator.log()).filter(({ level }) => level === "error");
    // A reconcile that could not reach the API server is reported, and done again.
    const reasons = errors.map(({ error }) => (error as { readonly reason?: string } | undefined)?.reason);
    expect(new Set([...reasons, "Unavailable"])).toEqual(new Set(["Unavailable"]));
    expect(place.account.violations).toEqual([]);
    expect(place.account.environments()).toHaveLength(1);
  });
});
