import { describe, expect, test } from "vitest";
import { tagPrefix } from "../../../src/aws/names.ts";
import { documentMarkdown } from "../../../src/tools/document/markdown.ts";
import { documentText } from "../../../src/tools/document/text.ts";
import { planDocument } from "../../../src/tools/plan/document.ts";
import { type Entry, headline, isChange, isDisruptive, noJobs, type Plan } from "../../../src/tools/plan/entry.ts";
import { planJson } from "../../../src/tools/plan/json.ts";
import type { Step } from "../../../src/tools/plan/steps.ts";
import { paintFor } from "../../../src/tools/terminal/paint.ts";

function planText(given: Plan, colour = false): string {
  return documentText(planDocument(given), { paint: paintFor({ colour, unicode: true }), columns: undefined });
}

function planMarkdown(given: Plan): string {
  return documentMarkdown(planDocument(given));
}

function entry(given: Partial<Entry> & Pick<Entry, "kind" | "name" | "action">): Entry {
  return {
    namespace: "team",
    file: `${given.name}.yaml:1`,
    region: "us-east-1",
    awsName: `team_${given.name}`,
    title: "stays as it is",
    fields: [],
    steps: [],
    queues: [],
    jobs: noJobs,
    blocked: undefined,
    notes: [],
    ...given,
  };
}

const replacement = entry({
  kind: "BatchComputeEnvironment",
  name: "general",
  action: "replace",
  title: "team_general-1a2b3c4d is replaced by a new environment",
  fields: [
    {
      path: "spec.computeResources.type",
      kind: "replacement",
      why: "AWS cannot turn EC2 into FARGATE",
      from: '"EC2"',
      to: '"FARGATE"',
    },
    { path: "spec.tags", kind: "tags", why: "tags are changed in place" },
  ],
  queues: [
    { name: "team_high", jobs: 3 },
    { name: "team_low", jobs: undefined },
  ],
  jobs: { kind: "waitedFor", why: "running jobs end by themselves" },
});
const update = entry({
  kind: "JobQueue",
  name: "high",
  action: "update",
  title: "is updated in place",
  fields: [{ path: "spec.priority", kind: "update", why: "changed in place", from: "1", to: "5" }],
  notes: ["moves to the new environment of team/general"],
});
const blocked = entry({
  kind: "JobQueue",
  name: "low",
  action: "create",
  title: "is created as team_low",
  blocked: "NotOwned: a queue team_low exists",
});
const unchanged = entry({ kind: "JobDefinition", name: "hello", action: "none" });
const deletion = entry({
  kind: "JobDefinition",
  name: "old",
  action: "delete",
  title: "team_old:1 is deleted: its manifest is missing",
  file: undefined,
});

function plan(...entries: readonly Entry[]): Plan {
  return { clusterName: "production", account: "123456789012", entries, warnings: [] };
}

function adoption(...operations: readonly string[]): Entry {
  const writes = ["TagResource", ...operations].map((operation, index): Step => {
    return {
      kind: "write",
      number: index + 1,
      operation,
      subject: "ce",
      reason: "x",
      why: "y",
      fields: [],
      hourly: { endpoints: 0, vcpus: 0 },
    };
  });
  return entry({ kind: "BatchComputeEnvironment", name: "mine", action: "adopt", title: "adopts ce", steps: writes });
}

describe("the headline", () => {
  test.each([
    [plan(), "no objects; no running job is ended"],
    [plan(unchanged), "1 unchanged; no running job is ended"],
    [
      plan(replacement, update, blocked, unchanged, unchanged, deletion),
      "1 replacement, 1 deletion, 1 update, 1 blocked, 2 unchanged; no running job is ended",
    ],
    [
      plan({ ...replacement, jobs: { kind: "mayEnd", why: "drain.policy Terminate" } }),
      "1 replacement; RUNNING JOBS MAY BE ENDED by BatchComputeEnvironment general",
    ],
    [plan(adoption()), "1 adoption; no running job is ended"],
    [plan(adoption("UpdateComputeEnvironment")), "1 adoption with an update; no running job is ended"],
    [
      plan(adoption(), adoption("UpdateComputeEnvironment"), update),
      "1 update, 2 adoptions, 1 of them with an update; no running job is ended",
    ],
  ])("of %# puts the whole in a line", (given, expected) => {
    expect(headline(given)).toBe(expected);
  });

  test.each([
    [replacement, true, true],
    [deletion, true, true],
    [update, true, false],
    [blocked, true, false],
    [{ ...replacement, blocked: "UnmanagedQueue: ..." }, true, false],
    [{ ...update, jobs: { kind: "mayEnd", why: "" } } as const, true, true],
    [unchanged, false, false],
  ])("of %# knows what is a change and what a disruption", (given, change, disruption) => {
    expect([isChange(given), isDisruptive(given)]).toEqual([change, disruption]);
  });
});

describe("a plan as text", () => {
  test("only counts what stays as it is where that would hide what changes", () => {
    const same = (count: number) =>
      Array.from({ length: count }, (_, index) => entry({ kind: "JobQueue", name: `q${index}`, action: "none" }));
    const last = (count: number) =>
      planText(plan(...same(count)))
        .trimEnd()
        .split("\n")
        .slice(-2);
    expect(last(12)).toEqual(["= JobQueue team/q10 stays as it is", "= JobQueue team/q11 stays as it is"]);
    expect(last(13)).toEqual(["", "= 13 objects stay as they are (-o json has each)"]);
  });

  test("says first what must not be missed, and last what stays as it is", () => {
    expect(planText(plan(unchanged, update, blocked, replacement, deletion))).toBe(
      `1 replacement, 1 deletion, 1 update, 1 blocked, 1 unchanged; no running job is ended

± BatchComputeEnvironment team/general team_general-1a2b3c4d is replaced by a new environment  general.yaml:1
    queues: team_high (3 jobs now), team_low (its jobs cannot be counted)
    jobs: running jobs end by themselves
    computeResources.type  "EC2" → "FARGATE"  (AWS cannot turn EC2 into FARGATE)
    tags                   (changed)  (tags are changed in place)

- JobDefinition team/old team_old:1 is deleted: its manifest is missing

! JobQueue team/low is created as team_low  low.yaml:1
    blocked: NotOwned: a queue team_low exists

~ JobQueue team/high is updated in place  high.yaml:1
    why: changed in place
    note: moves to the new environment of team/general
    priority  1 → 5

= JobDefinition team/hello stays as it is
`,
    );
  });

  test("prints each warning between the headline and the changes", () => {
    const text = planText({ ...plan(deletion), warnings: ["one", "two"] });
    expect(text.split("\n").slice(0, 6)).toEqual([
      "1 deletion; no running job is ended",
      "",
      "warning: one",
      "",
      "warning: two",
      "",
    ]);
  });

  test("paints a disruption red", () => {
    const text = planText(plan(replacement), true);
    expect(text.split("\n")[0]).toBe("\u001b[31m1 replacement; no running job is ended\u001b[39m");
  });
});

const stepwise = entry({
  kind: "JobQueue",
  name: "low",
  action: "update",
  title: "is updated in place",
  fields: [{ path: "spec.priority", kind: "update", why: "changed in place", from: "1", to: "5" }],
  steps: [
    {
      kind: "write",
      number: 3,
      operation: "UpdateJobQueue",
      subject: "team_low",
      reason: "Updating",
      why: "changes priority",
      fields: [{ path: "priority", from: "1", to: "5" }],
      hourly: { endpoints: 0, vcpus: 0 },
    },
    { kind: "wait", reason: "Draining", why: "team_low waits for 2 jobs", assumed: true },
    {
      kind: "write",
      number: 12,
      operation: "UntagResource",
      subject: "team_low",
      reason: "UpdatingTags",
      why: "tags",
      fields: [{ path: "tags.a", from: '"b"' }],
      hourly: { endpoints: 0, vcpus: 0 },
    },
  ],
});

describe("the writes of an object", () => {
  test("are numbered among all writes, with their fields and the waits in between", () => {
    expect(planText(plan(stepwise))).toBe(`1 update; no running job is ended

~ JobQueue team/low is updated in place  low.yaml:1
     3. UpdateJobQueue team_low  (Updating)
          priority  1 → 5
      … team_low waits for 2 jobs. What follows is planned as if these jobs had ended
    12. UntagResource team_low  (UpdatingTags)
          tags.a  "b" → nothing
`);
  });

  test("are the same lines to unfold in Markdown", () => {
    expect(planMarkdown(plan(stepwise))).toContain(`
<details open><summary>JobQueue team/low</summary>

\`\`\`
 3. UpdateJobQueue team_low  (Updating)
      priority  1 → 5
  … team_low waits for 2 jobs. What follows is planned as if these jobs had ended
12. UntagResource team_low  (UpdatingTags)
      tags.a  "b" → nothing
\`\`\`

</details>
`);
  });
});

const tagged = entry({
  kind: "JobQueue",
  name: "mine",
  action: "adopt",
  steps: stepwise.steps.map((step) =>
    step.kind === "wait" ? step : { ...step, fields: [{ path: `tags.${tagPrefix}x` }] },
  ),
});

describe("a plan as Markdown", () => {
  test.each([
    ["an update in place", stepwise, true],
    ["an adoption that writes other fields", { ...stepwise, action: "adopt" }, true],
    ["an adoption by the operator's tags alone", tagged, false],
    ["a creation", { ...stepwise, action: "create" }, false],
    ["a replacement", replacement, true],
  ] as const)("shows what differs of %s without unfolding it: $2", (_what, given, isOpen) => {
    expect(planMarkdown(plan(given)).includes("<details open>")).toBe(isOpen);
  });

  test("is a table of what changes, and the lines of each change", () => {
    expect(planMarkdown(plan(replacement, unchanged))).toBe(
      `### AWS Batch plan: ⚠️ 1 replacement, 1 unchanged; no running job is ended

|  | object | change | queues, jobs |
| --- | --- | --- | --- |
| \`±\` | BatchComputeEnvironment team/general | team\\_general-1a2b3c4d is replaced by a new environment | queues: team\\_high (3 jobs now), team\\_low (its jobs cannot be counted)<br>jobs: running jobs end by themselves |

1 unchanged.

<details open><summary>BatchComputeEnvironment team/general</summary>

\`\`\`
computeResources.type  "EC2" → "FARGATE"  (AWS cannot turn EC2 into FARGATE)
tags                   (changed)  (tags are changed in place)
\`\`\`

</details>
`,
    );
  });

  test("says nothing of unchanged objects where there is none", () => {
    expect(planMarkdown(plan(update))).not.toMatch(/unchanged/);
  });

  test("has each warning above the table", () => {
    const markdown = planMarkdown({ ...plan(unchanged), warnings: ["there is no <object>", "q_1 is no one's"] });
    expect(markdown).toBe(
      `### AWS Batch plan: 1 unchanged; no running job is ended

warning: there is no &lt;object>

warning: q\\_1 is no one's

Nothing would change.
`,
    );
  });

  test("says so when nothing would change", () => {
    expect(planMarkdown(plan(unchanged))).toContain("\nNothing would change.\n");
  });

  test("lets no value become markup, mention somebody or end a cell", () => {
    const title = "a | b <img> @team `c`\nd";
    const row = planMarkdown(plan({ ...update, title }))
      .split("\n")
      .find((line) => line.startsWith("| `~`"));
    expect(row).toContain("| a \\| b &lt;img> @&#8203;team \\`c\\` d |");
  });
});

test("a plan as JSON holds all entries and what they come to", () => {
  const json = JSON.parse(planJson(plan(replacement, unchanged))) as Record<string, unknown>;
  expect(json).toMatchObject({
    headline: "1 replacement, 1 unchanged; no running job is ended",
    changes: true,
    disruption: true,
    clusterName: "production",
    objects: [{ object: "BatchComputeEnvironment team/general", symbol: "±", action: "replace" }, { symbol: "=" }],
  });
});
