import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Seen } from "../../../../../src/controllers/kinds/compute-environment/seen.ts";
import { approvalFor, directives, ec2, environment, queue, settings } from "../given.ts";
import { fresh, id, iso, next, old, other, retired, serving } from "../replaced.ts";

describe("a wait, or what bars the way, as a whole,", () => {
  const returned = { tags: { "awsbatch.dev/returned-at": `${iso(5)}/${id}` } };
  const until = { kind: "approval", value: approvalFor(id, "Repoint", fresh()) };
  const createOld = approvalFor(id, "Create", old());
  const held = (step: "Create" | "Repoint" | "Delete"): BatchComputeEnvironmentSpec => ({
    ...other,
    replacement: { holdBefore: [step] },
  });
  const many = Array.from({ length: 14 }, (_, index) => environment(`idle-${10 + index}`));
  const may = { settings: { ...settings, allowForeignRepoint: true } };
  const theirs = (...names: readonly string[]) => ({ queues: [queue("theirs", names, { foreign: true })], ...may });
  const repointing: BatchComputeEnvironmentSpec = { ...other, replacement: { foreignQueues: "Repoint" } };

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, object]>([
    [
      "for a name that may still exist",
      ec2,
      { freeName: { name: "team_ce-1", absent: false, attempt: 1 } },
      {
        kind: "wait",
        reason: "Creating",
        message: "team_ce-1 is being created",
        checkInMs: 1000,
        until: { kind: "listing" },
      },
    ],
    [
      "for a place in AWS's quota",
      ec2,
      { environments: Array.from({ length: 50 }, (_, index) => ({ ...environment(`x${index}`), tags: {} })) },
      { kind: "blocked", reason: "QuotaExceeded", checkInMs: 60_000 },
    ],
    [
      "for what is put back into service",
      ec2,
      { environments: [old({ status: "UPDATING", tags: retired })] },
      { kind: "wait", reason: "Reactivating", message: "old fits the spec again and is put back into service" },
    ],
    [
      "for what AWS makes",
      ec2,
      { environments: [old({ status: "CREATING" })] },
      { kind: "wait", reason: "Creating", message: "old is being created" },
    ],
    [
      "for what AWS updates",
      ec2,
      { environments: [old({ status: "UPDATING" })] },
      { kind: "wait", reason: "Updating", message: "old is being updated" },
    ],
    [
      "for a policy that allows the replacement",
      { ...other, replacement: { policy: "Never" } },
      { environments: [old()] },
      {
        kind: "blocked",
        reason: "ReplacementNeeded",
        message: expect.stringMatching(/^spec.computeResources.instanceTypes cannot be changed in AWS/),
      },
    ],
    [
      "for an approval of Create",
      held("Create"),
      { environments: [old()] },
      {
        kind: "wait",
        until: { kind: "approval", value: createOld },
        reason: "AwaitingApproval",
        message: `spec.computeResources.instanceTypes requires a new environment, which waits for approval. To approve it, set awsbatch.dev/approve: "${createOld}"`,
      },
    ],
    [
      "for an approval of Repoint",
      held("Repoint"),
      { environments: [old(), fresh()], queues: [queue("q1", ["old"]), queue("q2", ["old"])] },
      { kind: "wait", until, message: expect.stringMatching(/^new is VALID; handing over q1, q2 waits/) },
    ],
    [
      "for an approval of Repoint, also while AWS updates what the queues name",
      held("Repoint"),
      { environments: [old({ status: "UPDATING" }), fresh()], queues: [queue("q1", ["old"])] },
      { kind: "wait", until },
    ],
    [
      "for an approval of Repoint, also where one of two predecessors is in order",
      held("Repoint"),
      {
        environments: [old(), environment("ill", ec2, { status: "UPDATING" }), fresh()],
        queues: [queue("q1", ["old"]), queue("q2", ["ill"])],
      },
      { kind: "wait", until },
    ],
    [
      "for no approval of Repoint where the queues name only what AWS found INVALID",
      held("Repoint"),
      {
        environments: [old(), environment("ill", ec2, { status: "INVALID" }), fresh()],
        queues: [queue("q1", ["ill"])],
      },
      { kind: "wait", reason: "SwitchingQueues" },
    ],
    [
      "for an approval of Delete",
      held("Delete"),
      { environments: [old(), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      {
        kind: "wait",
        until: { kind: "approval", value: approvalFor(id, "Delete", old()) },
        message: expect.stringMatching(/^old is out of use; taking it out of service waits for approval\./),
      },
    ],
    [
      "for an approval of Delete, and says that jobs are ended by it where the spec has them ended",
      { ...held("Delete"), drain: { policy: "Terminate", timeoutSeconds: 60 } },
      { environments: [old(), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      {
        kind: "wait",
        message: expect.stringMatching(
          /waits for approval, after which jobs that run 60 s longer are ended \(drain\.policy: Terminate\)\./,
        ),
      },
    ],
    [
      "for an approval of Delete, also while AWS updates what would go",
      held("Delete"),
      { environments: [old({ status: "UPDATING" }), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      { kind: "wait", until: { kind: "approval", value: approvalFor(id, "Delete", old()) } },
    ],
    [
      "for one approval of Delete for all that are out of use, and not for what soaks or is on its way out",
      held("Delete"),
      {
        environments: [
          old(),
          environment("off", ec2, { state: "DISABLED" }),
          environment("gone", ec2, { state: "DISABLED", tags: retired }),
          fresh(serving(60)),
        ],
        queues: [queue("q1", ["new"])],
      },
      { kind: "wait", until: { kind: "approval", value: approvalFor(id, "Delete", environment("off")) } },
    ],
    [
      "for one approval of Delete for all that are out of use",
      held("Delete"),
      { environments: [old(), environment("older"), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      {
        kind: "wait",
        until: { kind: "approval", value: approvalFor(id, "Delete", environment("older"), old()) },
        message: expect.stringMatching(/^older, old are out of use; taking them out of service waits for approval\./),
      },
    ],
    [
      "for an approval of Delete that has room in status",
      held("Delete"),
      { environments: [...many, fresh(serving(601))], queues: [queue("q1", ["new"])] },
      {
        kind: "wait",
        until: { kind: "approval", value: approvalFor(id, "Delete", ...many.toReversed().slice(0, 12)) },
        message: expect.not.stringContaining("idle-11"),
      },
    ],
    [
      "for an approval of Delete for one that was not there when another was approved, and for that one again while it has yet to be marked",
      held("Delete"),
      {
        environments: [old(), environment("older"), fresh(serving(601))],
        queues: [queue("q1", ["new"])],
        mayBeNamed: new Set(["old", "older"]),
        directives: { ...directives, approved: approvalFor(id, "Delete", old()) },
      },
      { kind: "wait", until: { kind: "approval", value: approvalFor(id, "Delete", environment("older"), old()) } },
    ],
    [
      "for no approval of Delete where that was given before",
      held("Delete"),
      {
        environments: [old({ state: "DISABLED", tags: retired }), fresh(serving(601))],
        queues: [queue("q1", ["new"])],
      },
      { kind: "wait", reason: "Draining" },
    ],
    [
      "for no approval of Delete where AWS deletes already",
      held("Delete"),
      { environments: [old({ status: "DELETING" }), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      { kind: "wait", reason: "Deleting" },
    ],
    [
      "for an approval after the queues went back, next to one that is being retired",
      other,
      {
        environments: [old(), environment("older", ec2, { state: "DISABLED", tags: retired }), fresh(returned)],
        queues: [queue("q1", ["old"])],
      },
      { kind: "blocked", reason: "RolledBack" },
    ],
    [
      "for no approval after the queues went back, when nothing else is there",
      other,
      { environments: [fresh(returned)], queues: [queue("q1", ["new"])] },
      { kind: "serves", reason: "Available" },
    ],
    [
      "for no approval after the queues went back, when the predecessor is on its way out",
      other,
      { environments: [old({ state: "DISABLED", tags: retired }), fresh(returned)], queues: [queue("q1", ["new"])] },
      { kind: "act", message: "new serves all queues" },
    ],
    [
      "for no approval after the queues went back, when the predecessor is not VALID",
      other,
      { environments: [old({ status: "UPDATING" }), fresh(returned)], queues: [queue("q1", ["new"])] },
      { kind: "act", message: "new serves all queues" },
    ],
    [
      "for an approval after the queues went back",
      other,
      { environments: [old(), fresh(returned)], queues: [queue("q1", ["old"])] },
      {
        kind: "blocked",
        reason: "RolledBack",
        until: { kind: "approval", value: `${id}/Repoint@${iso(5)}` },
        message: expect.stringMatching(/^rolled back from new, .*"[^"]+\/Repoint@[^"]+" allows another try$/),
      },
    ],
    [
      "for an approval after jobs failed on it, with the reason that its tag has",
      other,
      {
        environments: [
          old(),
          fresh({ tags: { ...returned.tags, "awsbatch.dev/returned-at": `${iso(5)}/2 jobs failed on it: x/${id}` } }),
        ],
        queues: [queue("q1", ["old"])],
      },
      {
        kind: "blocked",
        reason: "RolledBack",
        message: expect.stringMatching(/^rolled back from new: 2 jobs failed on it: x[.] It stays unused until /),
      },
    ],
    [
      "for somebody who enables the target",
      other,
      { environments: [old(), fresh({ state: "DISABLED" })], queues: [queue("q1", ["old"]), queue("q2", ["old"])] },
      {
        kind: "wait",
        reason: "TargetDisabled",
        message: expect.stringMatching(/^new was disabled .*, so q1, q2 is not switched to it/),
        stallsAfterMs: 600_000,
      },
    ],
    [
      "for queues",
      other,
      { environments: [old(), fresh()], queues: [queue("q2", ["old"]), queue("q1", ["old"])] },
      { kind: "wait", reason: "SwitchingQueues", message: "new is VALID; q1, q2 is being handed over to it" },
    ],
    [
      "for a queue that AWS is still repointing",
      other,
      { environments: [old(), fresh()], queues: [queue("q1", ["new"], { status: "UPDATING" })] },
      { kind: "wait", reason: "SwitchingQueues", message: "q1 is being handed over to new" },
    ],
    [
      "for no queue that AWS is still repointing, when it named only what is on its way out",
      other,
      {
        environments: [old({ state: "DISABLED", tags: retired }), fresh()],
        queues: [queue("q1", ["new"], { status: "UPDATING" })],
      },
      { kind: "act", message: "new serves all queues" },
    ],
    [
      "for a queue that AWS is still repointing, when one of two predecessors is on its way out",
      other,
      {
        environments: [old({ state: "DISABLED", tags: retired }), environment("older"), fresh()],
        queues: [queue("q1", ["new"], { status: "UPDATING" })],
      },
      { kind: "wait", reason: "SwitchingQueues", message: "q1 is being handed over to new" },
    ],
    [
      "for a queue that cannot be handed over",
      other,
      { environments: [old(), fresh()], queues: [queue("q1", ["old"], { object: { stalled: "InvalidRequest: no" } })] },
      { kind: "blocked", message: "queue q1 cannot be handed over to new: InvalidRequest: no" },
    ],
    [
      "for a queue of somebody else that is on its way",
      repointing,
      {
        environments: [old(), fresh()],
        queues: [queue("theirs", ["old"], { foreign: true, status: "UPDATING" })],
        ...may,
      },
      { message: "queue theirs, which is not managed here, is being handed over to new" },
    ],
    [
      "for an entry of somebody else's queue that AWS takes in no order",
      repointing,
      { environments: [old(), fresh()], ...theirs("x", "old") },
      { message: expect.stringMatching(/handed over to new; it also names x, which/), stallsAfterMs: 600_000 },
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(next(spec, change)).toMatchObject(expected);
  });
});
