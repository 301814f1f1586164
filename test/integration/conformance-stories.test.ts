import { expect, test } from "vitest";
import { sdkAccount } from "../../conformance/account/sdk.ts";
import { runStories, type StoryPorts } from "../../conformance/run/stories.ts";
import { forwardTo } from "../../conformance/stories/forward.ts";
import { machineHere } from "../../conformance/stories/machine.ts";
import { stories } from "../../conformance/stories/stories.ts";
import { sleep, systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { contents, request } from "../conformance/simulated.ts";
import { serveChecked } from "../simulator/checked-server.ts";

test.concurrent.for(stories.map(({ id }) => id))(
  "the operator itself, on a simulated account: %s",
  async (id, { onTestFinished }) => {
    const aws = createSimulatedAws({ clock: systemClock(20), random: seededRandom(1) });
    const before = contents(aws);
    const { url, close } = await serveChecked(aws, { port: 0 });
    onTestFinished(close);
    const ended = new AbortController();
    onTestFinished(() => ended.abort());
    const clock = systemClock();
    const time = { now: () => clock.monotonic(), pause: (milliseconds: number) => sleep(clock, milliseconds) };
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const settings = { region: "us-east-1", endpoint: url, credentials };
    const printed: string[] = [];
    const written = new Map<string, string>();
    const ports: StoryPorts = {
      account: sdkAccount(settings),
      of: () => "another endpoint",
      time,
      timeToClean: time,
      print: (text: string) => void printed.push(text),
      say: () => undefined,
      confirm: async () => true,
      cleaning: (run: string) => `clean ${run}`,
      write: async (name: string, text: string) => void written.set(name, text),
      machine: machineHere(ended.signal),
      forward: forwardTo(settings),
    };
    const code = await runStories(request({ only: id }), ports);
    const [table = ""] = printed.slice(-1);
    expect(table).toMatch(new RegExp(`^${id}: as it should be, \\d+ s$`));
    expect(code).toBe(0);
    expect(contents(aws)).toEqual(before);
    const transcript = written.get("2026-11-30-us-east-1-stories.json") ?? "";
    expect(transcript).toContain('"operation": "CreateComputeEnvironment"');
    expect(transcript).not.toContain("aws-batch-conformance-abc123-");
  },
);
