import { describe, expect, test } from "vitest";
import { createdAtTag, retiredAtTag, servingSinceTag } from "../../../src/controllers/ownership/ownership.ts";
import { environmentParts } from "../../../src/page/server/environments.ts";
import type { Replacement } from "../../../src/page/server/model.ts";
import { approvalOf, replacementOf } from "../../../src/page/server/replacement.ts";
import { anEnvironment, condition, described, knownOf, ready } from "./objects.ts";

const working = (reason: string) => [condition("Ready", "False", reason, `it is ${reason}`)];
const retiring = (reason: string) => [ready, condition("Retiring", "True", reason, `old is ${reason}`)];
const older = (step: string) => ({
  serving: "new",
  target: "new",
  status: "VALID",
  predecessors: [{ name: "old", step }],
});
const plan = { id: "p", action: "Replace", reason: "", changes: [] };

function ofStatus(status: object, environments = knownOf([])): Replacement | undefined {
  const object = anEnvironment("fast", status);
  return replacementOf(object, environmentParts(object, environments), environments, true);
}

describe("the step of an environment that a job is to prove", () => {
  const verified = "2030-01-01T00:01:00Z/Succeeded/0123abcd/j/";
  const of = (status: object, tags: Record<string, string> = {}) => {
    const known = knownOf([], [described("new", { tags }), described("old")]);
    const object = {
      ...anEnvironment("fast", status),
      spec: { computeResources: { type: "EC2" }, replacement: { verify: { jobDefinitionRef: { name: "smoke" } } } },
    };
    return replacementOf(object, environmentParts(object, known), known, true)?.steps ?? [];
  };
  const at = { serving: "old", target: "new", status: "VALID" };

  test.each([
    ["current", { ...at, conditions: working("Verifying") }],
    [
      "failed",
      { ...at, conditions: [...working("VerificationFailed"), condition("Stalled", "True", "VerificationFailed")] },
    ],
  ] as const)("is Verify, %s", (state, status) => {
    expect(of(status).find(({ title }) => title === "Verify")).toMatchObject({ state });
    expect(of(status).find(({ title }) => title === "Switch queues")).toMatchObject({ state: "open" });
  });

  test("is done when the queues are switched, with its time", () => {
    const steps = of({ ...at, conditions: working("SwitchingQueues") }, { "awsbatch.dev/verification": verified });
    expect(steps[2]).toEqual({ title: "Verify", state: "done", at: "2030-01-01T00:01:00Z" });
    expect(steps[3]).toMatchObject({ title: "Switch queues", state: "current" });
  });

  test("is the last of a first environment", () => {
    const first = { target: "new", status: "VALID", conditions: working("Verifying") };
    expect(of(first).map(({ title }) => title)).toEqual(["Create", "Validate", "Verify"]);
  });
});

describe("the step that a replacement is at", () => {
  test.each([
    ["Create", "current", { plan, serving: "old", conditions: working("Creating") }],
    ["Create", "held", { plan, serving: "old", conditions: working("AwaitingApproval") }],
    ["Validate", "current", { serving: "old", target: "new", status: "CREATING", conditions: working("Creating") }],
    [
      "Validate",
      "failed",
      {
        serving: "old",
        target: "new",
        status: "INVALID",
        conditions: [...working("Invalid"), condition("Stalled", "True", "Invalid")],
      },
    ],
    [
      "Switch queues",
      "current",
      { serving: "old", target: "new", status: "VALID", conditions: working("SwitchingQueues") },
    ],
    ["Soak", "current", { ...older("Soaking"), conditions: retiring("Soaking") }],
    ["Retire", "held", { ...older("AwaitingApproval"), conditions: retiring("AwaitingApproval") }],
    ["Retire", "current", { ...older("Disabling"), conditions: retiring("Disabling") }],
    ["Drain", "current", { ...older("Draining"), conditions: retiring("Draining") }],
    ["Delete", "current", { ...older("Deleting"), conditions: retiring("Deleting") }],
  ] as const)("%s, %s", (title, state, status) => {
    const steps = ofStatus(status)?.steps ?? [];
    const at = steps.findIndex((step) => step.title === title);
    expect(steps[at]).toMatchObject({ state, text: expect.stringMatching(/^(it|old) is /) });
    expect(steps.slice(0, at).map((step) => step.state)).toEqual(steps.slice(0, at).map(() => "done"));
    expect(steps.slice(at + 1).map((step) => step.state)).toEqual(steps.slice(at + 1).map(() => "open"));
  });

  test.each([
    ["at rest", { serving: "new", target: "new", status: "VALID", conditions: [ready] }],
    ["before its first reconcile", {}],
    ["while a dry run only plans it", { plan, conditions: [ready, condition("Synced", "Unknown", "DryRun")] }],
    [
      "where the spec is refused",
      { plan, conditions: [...working("Invalid"), condition("Stalled", "True", "ReferenceNotAllowed")] },
    ],
  ])("there is none %s", (_when, status) => {
    expect(ofStatus(status)).toBeUndefined();
  });

  test("a first environment is only created", () => {
    const {
      steps = [],
      summary,
      isFirst,
    } = ofStatus({ target: "new", status: "CREATING", conditions: working("Creating") }) ?? {};
    expect(summary).toBe("creates new");
    expect(isFirst).toBe(true);
    expect(steps.map(({ title }) => title)).toEqual(["Create", "Validate"]);
  });

  test("one predecessor that is behind the others decides", () => {
    const predecessors = [
      { name: "old", step: "Deleting" },
      { name: "older", step: "Draining" },
    ];
    const { steps = [] } = ofStatus({ ...older(""), predecessors, conditions: retiring("Draining") }) ?? {};
    expect(steps.find(({ state }) => state === "current")?.title).toBe("Drain");
  });
});

test("a step that has ended has the moment that the operator noted in AWS", () => {
  const known = knownOf(
    [],
    [
      described("new", { tags: { [createdAtTag]: "2030-01-01T00:00:00Z", [servingSinceTag]: "2030-01-01T00:01:00Z" } }),
      described("old", { tags: { [retiredAtTag]: "2030-01-01T00:11:00Z" } }),
    ],
  );
  const { steps = [] } = ofStatus({ ...older("Draining"), conditions: retiring("Draining") }, known) ?? {};
  expect(steps.map(({ title, at }) => [title, at])).toEqual([
    ["Create", "2030-01-01T00:00:00Z"],
    ["Validate", undefined],
    ["Switch queues", "2030-01-01T00:01:00Z"],
    ["Soak", "2030-01-01T00:11:00Z"],
    ["Retire", undefined],
    ["Drain", undefined],
    ["Delete", undefined],
  ]);
});

test("the current step has the moment at which the one before it ended", () => {
  const known = knownOf([], [described("new", { tags: { [servingSinceTag]: "2030-01-01T00:01:00Z" } })]);
  const { steps = [] } = ofStatus({ ...older("Soaking"), conditions: retiring("Soaking") }, known) ?? {};
  expect(steps.find(({ title }) => title === "Soak")).toMatchObject({ state: "current", at: "2030-01-01T00:01:00Z" });
});

test("an approval is a command where objects are in a cluster, and an annotation where they are files", () => {
  const approval = "5f0c/Repoint@1a2b";
  const status = {
    plan: { ...plan, approval },
    serving: "old",
    target: "new",
    conditions: working("AwaitingApproval"),
  };
  const object = anEnvironment("fast", status);
  const of = (hasKubectl: boolean) => replacementOf(object, [], knownOf([]), hasKubectl)?.approval;
  expect(of(true)).toEqual({
    what: "the step Switch queues, which holdBefore calls Repoint",
    text: "kubectl annotate --overwrite -n team batchcomputeenvironments/fast awsbatch.dev/approve=5f0c/Repoint@1a2b",
    isCommand: true,
  });
  expect(of(false)).toEqual({
    what: "the step Switch queues, which holdBefore calls Repoint",
    text: 'awsbatch.dev/approve: "5f0c/Repoint@1a2b"',
    isCommand: false,
  });
});

test.each([
  "x/Delete@1' ; touch PWNED ; echo '",
  "x/Delete@1; reboot",
  "$(id)/Delete@1",
  "`id`/Delete@1",
  "x/Delete@1\ntouch PWNED",
  "x/Delete@1 --all",
  'x/Delete@1"',
  "x/Delete@1 awsbatch.dev/abandon=true",
  "x/Delete@1&&id",
  "x/Delete@1|sh",
  "x/Delete@$HOME",
  "x/Delete@1\u202e",
  "",
])("nothing is there to copy where somebody wrote %j into the status as the approval", (approval) => {
  const object = anEnvironment("fast", { plan: { ...plan, approval }, target: "new", conditions: [] });
  for (const hasKubectl of [true, false]) expect(approvalOf(object, hasKubectl)).toBeUndefined();
});
