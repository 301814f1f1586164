import { expect, test } from "vitest";
import { policyFor } from "../../conformance/account/policy.ts";
import { sdkAccount } from "../../conformance/account/sdk.ts";
import { runStories, type StoryPorts } from "../../conformance/run/stories.ts";
import { forwardTo } from "../../conformance/stories/forward.ts";
import { machineHere } from "../../conformance/stories/machine.ts";
import { clusterName } from "../../conformance/stories/manifests.ts";
import { stories } from "../../conformance/stories/stories.ts";
import { type Clock, sleep, systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { contents, request } from "../conformance/simulated.ts";
import { isAllowed } from "../policy/evaluator.ts";
import { policyFor as operatorPolicyFor, requestsOf } from "../policy/requests.ts";
import { serveChecked } from "../simulator/checked-server.ts";

test.concurrent.for(stories.map(({ id }) => id))(
  "the operator itself, on a simulated account: %s",
  async (id, { onTestFinished }) => {
    const accountClock = systemClock(20);
    const aws = createSimulatedAws({ clock: accountClock, random: seededRandom(1) });
    const before = contents(aws);
    const where = { account: aws.account, region: aws.region, partition: "aws" };
    // As the page says: what --print-policy prints, and what the operator needs.
    const policies = [
      policyFor(where, { network: false, instances: false }),
      operatorPolicyFor(aws, clusterName({ id: "abc123" })),
    ];
    const denied = new Set<string>();
    onTestFinished(
      aws.onEffect((call, phase) => {
        if (phase === "after") return;
        for (const one of requestsOf(aws, call) ?? []) {
          if (!policies.some((policy) => isAllowed(policy, one))) denied.add(JSON.stringify(one));
        }
      }),
    );
    const { url, close } = await serveChecked(aws, { port: 0 });
    onTestFinished(close);
    const ended = new AbortController();
    onTestFinished(() => ended.abort());
    const timeOf = (clock: Clock): StoryPorts["time"] => ({
      now: () => clock.monotonic(),
      pause: (milliseconds) => sleep(clock, milliseconds),
    });
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const settings = { region: "us-east-1", endpoint: url, credentials };
    const printed: string[] = [];
    const written = new Map<string, string>();
    const ports: StoryPorts = {
      account: sdkAccount(settings),
      of: () => "another endpoint",
      // The operator's own time is not that of the simulator, in which the removal waits.
      time: timeOf(systemClock()),
      timeToClean: timeOf(accountClock),
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
    expect([...denied]).toEqual([]);
    expect(contents(aws)).toEqual(before);
    const transcript = written.get("2026-11-30-us-east-1-stories.json") ?? "";
    expect(transcript).toContain('"by": "operator"');
    expect(transcript).not.toContain("aws-batch-conformance-abc123-");
  },
);
