import { describe, expect, test } from "vitest";
import { LiveView } from "../../../src/cli/local/live-view.ts";
import { paintFor } from "../../../src/cli/terminal/paint.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
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
      "manifests → simulated AWS, us-east-1, cluster name local. AWS's clock runs 5×, and ages are by it",
    );
    expect(lines.at(-1)).toMatch(/0 of 0 ready · 2s · 1 AWS write, last CreateJobQueue default_high · waiting/);
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

  test("keeps log lines and notices above the table", async () => {
    const { clock, output, live } = view();
    live.log("warn: AWS is slow\n");
    live.notice("something to know");
    await clock.advance(500);
    expect(shownBy(output.text).slice(1, 3)).toEqual(["warn: AWS is slow", "something to know"]);
  });

  test("adapts to a window that changes its size", async () => {
    const { clock, output } = view(90);
    await clock.advance(500);
    output.text = "";
    output.resize(30);
    expect(output.text).toContain("…");
  });

  test("gives the terminal back without an end too", () => {
    const { output, live } = view();
    live.close();
    expect(output.text.endsWith("\u001b[?25h")).toBe(true);
  });
});
