import { describe, expect, test } from "vitest";
import { JobQueueKind } from "../../../src/api/v1alpha1/kinds.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { LiveView } from "../../../src/tools/local/live-view.ts";
import { rowOf } from "../../../src/tools/local/rows.ts";
import { paintFor } from "../../../src/tools/terminal/paint.ts";
import { KeptOutput } from "../streams.ts";
import { shownBy } from "../terminal/emulator.ts";

function view(columns = 90) {
  const clock = new VirtualClock();
  const output = new KeptOutput({ isTerminal: true, columns });
  const heading = {
    directory: "manifests",
    cloud: "simulated AWS",
    region: "us-east-1",
    clusterName: "local",
    speed: 5,
  };
  const live = new LiveView({
    output,
    paint: paintFor({ colour: false, unicode: true }),
    real: clock,
    now: () => clock.now(),
    heading,
  });
  return { clock, output, live };
}

const problem = {
  file: "queue.yaml",
  line: 7,
  object: "JobQueue default/high",
  field: "spec.prioriti",
  message: "unknown field",
};

describe("the live view", () => {
  test("says what it works on, and how far it is", async () => {
    const { clock, output, live } = view();
    live.awsWrite({ operation: "CreateJobQueue", input: { jobQueueName: "default_high" }, outcome: "ok" });
    await clock.advance(2000);
    const lines = shownBy(output.text);
    expect(lines[0]).toBe(
      "manifests → simulated AWS, us-east-1, cluster name local. Its clock runs 5 times as fast, and times and ages are in its time",
    );
    expect(lines.slice(-2).join(" ")).toMatch(
      /0 of 0 ready · 2s · 1 AWS write, last CreateJobQueue default_high · waiting/,
    );
  });

  test("shows a broken edit until it is fixed", async () => {
    const { clock, output, live } = view();
    live.edit([problem]);
    await clock.advance(1000);
    expect(shownBy(output.text)).toContain("queue.yaml:7: JobQueue default/high: spec.prioriti: unknown field");
    expect(shownBy(output.text)).toContain("the edit is ignored; the previous manifests stay in effect");
    live.edit([]);
    expect(shownBy(output.text).join("\n")).not.toContain("queue.yaml");
  });

  test("shows the last five events below the table, a repeated one once, as far as there is room", async () => {
    const { clock, output, live } = view();
    const event = (name: string, count = 1) =>
      live.event({
        type: "Normal",
        reason: "Updated",
        action: "Update",
        note: `updating ${name}`,
        name,
        regarding: { kind: JobQueueKind, namespace: "default", name: "high", uid: "1" },
        firstAt: clock.now(),
        lastAt: clock.now() + count * 1000,
        count,
      });
    for (const name of ["a", "b", "c", "d", "e", "f", "g"]) event(name);
    event("d", 2);
    await clock.advance(1000);
    const shown = (): readonly string[] => shownBy(output.text).filter((line) => line.includes("JobQueue/high"));
    expect(shown()).toEqual([
      "00:00:01 JobQueue/high Updated: updating c",
      "00:00:01 JobQueue/high Updated: updating e",
      "00:00:01 JobQueue/high Updated: updating f",
      "00:00:01 JobQueue/high Updated: updating g",
      "00:00:02 JobQueue/high Updated: updating d (2×)",
    ]);
    output.rows = 9;
    output.resize(90);
    expect(shown()).toHaveLength(4);
  });

  test("leaves nothing of the table before in a window of another size", async () => {
    const { clock, output, live } = view();
    live.notice("something to know");
    await clock.advance(500);
    output.resize(40);
    const narrow = shownBy(output.text);
    output.resize(90);
    expect(narrow.filter((line) => line.includes("0 of 0 ready"))).toHaveLength(1);
    expect(shownBy(output.text).filter((line) => /ready|something|AWS write/.test(line))).toEqual([
      "something to know",
      expect.stringContaining("0 of 0 ready"),
    ]);
  });

  test("keeps log lines and notices above the table", async () => {
    const { clock, output, live } = view();
    live.log("warn: AWS is slow\n");
    live.notice("something to know");
    await clock.advance(500);
    expect(shownBy(output.text).slice(1, 3)).toEqual(["warn: AWS is slow", "something to know"]);
  });

  test("ends with the final table, an empty line, the summary, what warns, and what to do next", async () => {
    const { clock, output, live } = view();
    const metadata = { namespace: "default", name: "high", uid: "1", resourceVersion: "1", generation: 1 };
    const condition = (type: string, status: "True" | "False", message: string) => {
      const lastTransitionTime = "2026-01-01T00:00:00Z";
      return { type, status, reason: "Because", message, lastTransitionTime, observedGeneration: 1 };
    };
    const conditions = [condition("Ready", "True", "it is VALID"), condition("NetworkReady", "False", "no route")];
    const object = { apiVersion: "awsbatch.dev/v1alpha1", kind: "JobQueue", spec: {}, status: { conditions } };
    const rows = [
      rowOf({ ...object, metadata: { ...metadata, creationTimestamp: "2026-01-01T00:00:00Z" } }, "present"),
    ];
    await clock.advance(1000);
    const ended = { objectsAtStart: 1, tookMs: 1000, awsWrites: 2, simulated: true, next: "start" };
    live.end({ ...ended, rows, outcome: { kind: "reached", goal: "ready" } });
    expect(shownBy(output.text).slice(1)).toEqual([
      "   KIND      NAME  AWS STATE  AGE  WHAT AND WHY",
      "✔  JobQueue  high  -          1s   Because: it is VALID",
      "   ⚠ NetworkReady=False Because: no route",
      "",
      "The object is ready after 1.0s and 2 writes to a simulated AWS.",
      "warning: jobs may not start: JobQueue/high NetworkReady=False Because: no route",
      "Next: start it again, and change a manifest while it runs: start",
    ]);
  });

  test("ends without a table where there are no objects", () => {
    const { output, live } = view();
    const ended = { objectsAtStart: 0, tookMs: 1000, awsWrites: 0, simulated: true, next: "start" };
    live.end({ ...ended, rows: [], outcome: { kind: "interrupted" } });
    expect(shownBy(output.text).slice(1)).toEqual([
      "Stopped after 1.0s and 0 writes to a simulated AWS. What was made stays in AWS; start again to go on.",
    ]);
  });

  test("gives the terminal back without an end too", () => {
    const { output, live } = view();
    live.close();
    expect(output.text.endsWith("\u001b[?25h")).toBe(true);
  });
});
