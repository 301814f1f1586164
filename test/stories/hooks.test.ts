import { describe, expect, it } from "vitest";
import { BatchJobKind } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { batchJob, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import {
  acceptedWithoutAnswer,
  aPlace,
  followedBy,
  hasReason,
  isGone,
  isIn,
  isTrue,
  jobs,
  long,
  patch,
  place,
  reasonsOf,
  replace,
  statusesInAws,
  writesOf,
} from "./jobs.ts";
import { aWorld } from "./story.ts";

/** What Argo CD puts on each hook before it creates it. */
const hookFinalizer = "argocd.argoproj.io/hook-finalizer";

/** Applies a BatchJob and gives it finalizers, before any time passes. */
async function applyHook(world: World, manifest: Manifest, finalizers: readonly string[] = [hookFinalizer]) {
  world.apply(manifest);
  for (const addFinalizer of finalizers) await patch(world, manifest.metadata.name, { addFinalizer });
}

describe("a BatchJob with a finalizer of somebody else", () => {
  it("is submitted as soon as one without, and never in doubt", async () => {
    const world = await aPlace();
    const reasons = reasonsOf(world, "hook");
    world.apply(batchJob("plain"));
    await applyHook(world, batchJob("hook"));
    await world.until("both are submitted", () => writesOf(world, "SubmitJob") === 2, 10);
    await world.until("it is complete", isTrue(world, "hook", "Complete"));
    expect(reasons).not.toContain("CheckingSubmission");
    expect(world.object("BatchJob", "hook")?.metadata.finalizers).toEqual([hookFinalizer, "awsbatch.dev/cleanup"]);
  });

  it("says that its queue is not there, as a hook before the first sync of it, and runs when it is", async () => {
    const world = await aWorld();
    const [environment, , definition] = place;
    if (environment === undefined || definition === undefined) throw new Error("the place is another");
    world.apply(environment, definition);
    const reasons = reasonsOf(world, "hook");
    await applyHook(world, batchJob("hook"));
    await world.until("the queue is missed", hasReason(world, "hook", "ReferenceNotFound"));
    await world.seconds(120);
    expect(reasons).not.toContain("CheckingSubmission");
    expect(world.condition("BatchJob", "hook", "Ready")?.message).not.toMatch(/note|abandon/);
    world.apply(jobQueue("queue", ["environment"]));
    await world.until("it is complete", isTrue(world, "hook", "Complete"));
    expect(jobs(world)).toHaveLength(1);
  });

  it("is submitted at once by the next process, which asks AWS about it once", async () => {
    const world = await aPlace();
    await world.stop();
    await applyHook(world, batchJob("hook"), [hookFinalizer, "example.com/other"]);
    const next = await followedBy(world);
    await next.until("it is submitted", () => jobs(next).length === 1, 20);
    await next.until("it is complete", isTrue(next, "hook", "Complete"));
  });

  it("is not submitted twice after a lost answer, nor when the operator's own finalizer is taken away", async () => {
    const world = await aPlace();
    await acceptedWithoutAnswer(world, "hook");
    await patch(world, "hook", { addFinalizer: hookFinalizer });
    const next = await followedBy(world);
    await next.until("it runs", isIn(next, "hook", "RUNNING"));
    await replace(next, "hook");
    await next.until("it is complete", isTrue(next, "hook", "Complete"));
    expect(jobs(next)).toHaveLength(1);
  });

  it("ends its job when it is deleted, and goes when the other finalizer does", async () => {
    const world = await aPlace();
    await applyHook(world, batchJob("hook", long));
    await applyHook(world, batchJob("held", { suspend: true }));
    await world.until("it runs", isIn(world, "hook", "RUNNING"));
    for (const name of ["hook", "held"]) world.delete("BatchJob", name);
    await world.until("the job has ended", () => statusesInAws(world).every((status) => status === "FAILED"));
    await world.seconds(60);
    for (const name of ["hook", "held"]) {
      const object = world.object("BatchJob", name);
      expect(object?.metadata.finalizers).toEqual([hookFinalizer]);
      if (object === undefined) continue;
      await world.store.patchMetadata(
        BatchJobKind,
        object,
        { removeFinalizer: hookFinalizer },
        new AbortController().signal,
      );
      await world.until("it is gone", isGone(world, name));
    }
    expect(jobs(world)).toHaveLength(1);
  });
});
