import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import { type Presence, rowOf } from "../../../src/tools/local/rows.ts";
import { progressText, type TableOptions, tableLines } from "../../../src/tools/local/table.ts";
import { paintFor, widthOf } from "../../../src/tools/terminal/paint.ts";

const now = Date.UTC(2026, 0, 1, 12);

interface Given {
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly status?: object;
  readonly conditions?: readonly (readonly [type: string, status: string, reason: string, message: string])[];
  readonly generation?: number;
  readonly presence?: Presence;
  readonly deletedAt?: string;
}

function row(given: Given) {
  const { kind = "JobQueue", name, namespace = "default", status, conditions = [], generation = 1 } = given;
  const object: KubeObject = {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind,
    metadata: {
      name,
      namespace,
      uid: name,
      resourceVersion: "1",
      generation,
      creationTimestamp: "2026-01-01T11:58:30Z",
      finalizers: ["awsbatch.dev/cleanup"],
      deletionTimestamp: given.deletedAt,
    },
    spec: {},
    status: {
      ...status,
      conditions: conditions.map(([type, state, reason, message]) => ({
        type,
        status: state,
        reason,
        message,
        lastTransitionTime: "2026-01-01T11:59:00Z",
        observedGeneration: 1,
      })),
    },
  };
  return rowOf(object, given.presence ?? "present");
}

const rows = [
  row({
    name: "high",
    status: { state: "ENABLED", status: "VALID" },
    conditions: [["Ready", "True", "Available", "default_high is VALID and runs jobs on default_general-1a2b3c4d"]],
  }),
  row({
    kind: "BatchComputeEnvironment",
    name: "general",
    status: {
      state: "ENABLED",
      status: "VALID",
      predecessors: [
        { name: "default_general-1a2b3c4d", step: "Draining", queues: [], jobsRemaining: 2 },
        { name: "default_general-99887766", step: "Draining", jobsRemaining: 1 },
      ],
    },
    conditions: [
      ["Ready", "True", "Available", "AWS Batch serves this generation"],
      ["Retiring", "True", "Draining", "default_general-1a2b3c4d waits for 2 jobs to end"],
    ],
  }),
  row({
    kind: "JobDefinition",
    name: "train",
    namespace: "team-a",
    status: {},
    conditions: [
      [
        "Ready",
        "False",
        "Conflict",
        "train:3 belongs to other/team-a/train. Delete that object, or create this one again",
      ],
      ["Stalled", "True", "Conflict", "the same"],
    ],
  }),
  row({ kind: "JobDefinition", name: "hello", generation: 2, status: { revision: 1 } }),
  row({ name: "old", status: { state: "ENABLED", status: "VALID" }, presence: "removed" }),
];

const options: TableOptions = {
  paint: paintFor({ colour: false, unicode: true }),
  columns: 110,
  maxLines: undefined,
  now,
  spinner: "⠋",
};

describe("the table", () => {
  test("shows what each object is doing and why", () => {
    expect(tableLines(rows, options)).toEqual([
      "   KIND           NAME          AWS STATE       AGE    WHAT AND WHY",
      "✔  Environment    general       ENABLED, VALID  1m30s  Available: AWS Batch serves this generation",
      "   └ earlier: Draining: default_general-1a2b3c4d waits for 2 jobs to end",
      "   └ earlier: default_general-99887766: Draining, 1 job left",
      "✔  JobQueue       high          ENABLED, VALID  1m30s  Available: default_high is VALID and runs jobs on",
      "                                                       default_general-1a2b3c4d",
      "?  JobQueue       old           ENABLED, VALID  1m30s  Removed: removed, but still in AWS: start with --prune",
      "                                                       to delete it there, or restore its manifest",
      "⠋  JobDefinition  hello         revision 1      1m30s  Pending: not reconciled yet",
      "✖  JobDefinition  team-a/train  -               1m30s  Conflict: train:3 belongs to other/team-a/train. Delete",
      "                                                       that object, or create this one again",
    ]);
  });

  test("puts the reason below its row where the window is narrow", () => {
    expect(tableLines(rows.slice(0, 1), { ...options, columns: 60 })).toEqual([
      "   KIND      NAME  AWS STATE       AGE",
      "✔  JobQueue  high  ENABLED, VALID  1m30s",
      "    Available: default_high is VALID and runs jobs on",
      "    default_general-1a2b3c4d",
    ]);
  });

  test("names kinds in full where the window is wide", () => {
    expect(tableLines(rows, { ...options, columns: 160 })[1]).toContain("BatchComputeEnvironment  general");
  });

  const widths = Array.from({ length: 170 }, (_, index) => index + 30);

  test("fits into any width", () => {
    const wider = widths.filter((columns) =>
      tableLines(rows, { ...options, columns }).some((line) => widthOf(line) > columns),
    );
    expect(wider).toEqual([]);
  });

  test("names both environments of a handover whole at any width", () => {
    const named = row({
      kind: "BatchComputeEnvironment",
      name: "a-rather-long-name-of-2026",
      status: { predecessors: [{ name: "default_general-1a2b3c4d", step: "Draining", queues: [], jobsRemaining: 2 }] },
      conditions: [["Ready", "False", "SwitchingQueues", "queues switch from it to default_general-99887766 now"]],
    });
    const names = ["default_general-1a2b3c4d", "default_general-99887766", "a-rather-long-name-of-2026"];
    const cutAt = widths.filter((columns) => {
      const lines = tableLines([...rows, named], { ...options, columns });
      return !names.every((name) => lines.some((line) => line.includes(name)));
    });
    expect(cutAt).toEqual([]);
  });

  test("puts state and age below the name where not even a row fits", () => {
    expect(tableLines(rows.slice(0, 1), { ...options, columns: 36 })).toEqual([
      "✔ JobQueue high",
      "    ENABLED, VALID, 1m30s",
      "    Available: default_high is VALID",
      "    and runs jobs on",
      "    default_general-1a2b3c4d",
    ]);
  });

  test("leaves out what is ready when the window is low", () => {
    const many = [
      ...rows,
      ...Array.from({ length: 30 }, (_, index) => ({ ...row({ name: `queue-${index}` }), phase: "ready" as const })),
    ];
    const lines = tableLines(many, { ...options, maxLines: 14 });
    expect(lines).toHaveLength(14);
    expect(lines.at(-1)).toBe("  and 28 more: 28 ready");
    expect(lines.join("\n")).toContain("team-a/train");
  });

  test("counts what is left out, whatever it is doing, and keeps the rows that a person must see", () => {
    const lines = tableLines(rows, { ...options, maxLines: 4 });
    expect(lines).toEqual([
      expect.stringContaining("KIND"),
      expect.stringContaining("team-a/train"),
      expect.any(String),
      "  and 4 more: 2 ready, 1 pending, 1 removed",
    ]);
  });

  test("paints phases, and nothing without colour", () => {
    const coloured = tableLines(rows, { ...options, paint: paintFor({ colour: true, unicode: true }) });
    expect(coloured.find((line) => line.includes("train"))).toContain("\u001b[31m✖\u001b[39m");
    expect(tableLines(rows, options).join("")).not.toContain("\u001b");
  });

  test("uses plain signs where the locale has no others", () => {
    const plain = tableLines(rows, { ...options, paint: paintFor({ colour: false, unicode: false }), spinner: "|" });
    expect(plain.map((line) => line[0]).join("")).toBe(" +  + ? |x ");
  });

  test("counts what is ready", () => {
    expect(progressText(rows)).toBe("2 of 4 ready, 1 stalled");
  });
});

describe("a row", () => {
  test.each([
    [{ conditions: [["Ready", "Unknown", "Paused", "paused by annotation"]] }, "held"],
    [{ conditions: [["Ready", "False", "Creating", "x is being made"]] }, "working"],
    [{ conditions: [["Ready", "True", "Available", "x is VALID"]], generation: 2 }, "pending"],
    [{ conditions: [] }, "pending"],
    [
      {
        conditions: [
          ["Ready", "True", "Available", "x is VALID"],
          ["Synced", "Unknown", "AccessDenied", "AWS Batch cannot be read"],
        ],
      },
      "held",
    ],
  ] as const)("of %j is %s", (given, phase) => {
    expect(row({ name: "x", ...given }).phase).toBe(phase);
  });
});
