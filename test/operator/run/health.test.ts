import { expect, test } from "vitest";
import { AwsError } from "../../../src/aws/errors.ts";
import type { BatchRegion } from "../../../src/aws/region.ts";
import type { Operator } from "../../../src/operator/operator.ts";
import { healthChecks } from "../../../src/operator/run/health.ts";
import { healthPages } from "../../../src/runtime/health.ts";

interface State {
  longestRunningMs: number;
  hanging: readonly string[];
  fault: string | undefined;
  hasSynced: boolean;
  refusedNamespaces: readonly string[];
  knowsAws: boolean;
  leads: boolean;
  regions: readonly { readonly region?: string; readonly listedAt: number | undefined; readonly failure?: AwsError }[];
}

/** The problems of a process in this state; without changes it is the healthy leader. */
function problems(change: Partial<State>) {
  const state: State = {
    longestRunningMs: 0,
    hanging: [],
    fault: undefined,
    hasSynced: true,
    refusedNamespaces: [],
    knowsAws: true,
    leads: true,
    regions: [{ listedAt: 1 }],
    ...change,
  };
  const regionOf = ({ region = "us-east-1", ...snapshot }: State["regions"][number]) =>
    ({ region, snapshot: () => snapshot }) as unknown as BatchRegion;
  const operator = {
    runtime: {
      hasSynced: state.hasSynced,
      refusedNamespaces: state.refusedNamespaces,
      longestRunningMs: () => state.longestRunningMs,
    },
    ports: { settings: { region: "us-east-1" } },
    observed: () => state.regions.map(regionOf),
    events: () => undefined,
    fault: () => state.fault,
  } as unknown as Operator;
  const { live, ready } = healthChecks(
    { operator, knowsAws: state.knowsAws, leads: state.leads },
    { hangingReflectors: (forMs) => (forMs === 300_000 ? state.hanging : []) },
  );
  const found = (checks: typeof live) => checks.map(({ problem }) => problem()).filter((one) => one !== undefined);
  return {
    live: found(live),
    ready: found(ready),
    readyz: async () => (await healthPages({ live, ready })["/readyz"]?.())?.body,
  };
}

const throttled = new AwsError("throttled", "batch:DescribeJobQueues", "TooManyRequestsException", "Rate exceeded");

test.each<[string, Partial<State>, { readonly live?: readonly string[]; readonly ready?: readonly string[] }]>([
  ["a leader that has read AWS is healthy", {}, {}],
  ["a standby is ready without AWS having been read", { leads: false, regions: [] }, {}],
  ["a reconcile may take its time", { longestRunningMs: 599_000 }, {}],
  ["a stuck worker", { longestRunningMs: 700_000 }, { live: ["one has been running for 700 s"] }],
  ["a dead reflector", { hanging: ["JobQueue"] }, { live: ["no activity for JobQueue"] }],
  [
    "a dead observer",
    { fault: "the observer of AWS in us-east-1 ended" },
    { live: ["the observer of AWS in us-east-1 ended"] },
  ],
  ["caches that fill", { hasSynced: false }, { ready: ["not all objects are listed yet"] }],
  [
    "no word from AWS",
    { knowsAws: false, leads: false, regions: [] },
    { ready: ["the AWS identity is not known yet"] },
  ],
  ["a leader that just began", { regions: [] }, { ready: ["AWS Batch has not been read yet: no answer yet"] }],
  [
    "a throttled start",
    { regions: [{ listedAt: undefined, failure: throttled }] },
    { ready: ["AWS Batch has not been read yet: Rate exceeded"] },
  ],
])("%s", (_what, change, { live = [], ready = [] }) => {
  expect(problems(change)).toMatchObject({ live, ready });
});

test("a leader is ready without the regions of objects, of which it names those that were not read", async () => {
  const { ready, readyz } = problems({
    regions: [
      { listedAt: 1 },
      { region: "eu-central-1", listedAt: 1 },
      { region: "eu-wets-1", listedAt: undefined, failure: throttled },
      { region: "ap-south-2", listedAt: undefined },
    ],
  });
  expect(ready).toEqual([]);
  const note = "not read yet: eu-wets-1 (Rate exceeded), ap-south-2 (no answer yet)";
  expect(await readyz()).toBe(`[+] caches\n[+] aws, ${note}\nok\n`);
});

test("a leader that has read only the region of an object is not ready", () => {
  const { ready } = problems({ regions: [{ region: "eu-central-1", listedAt: 1 }] });
  expect(ready).toEqual(["AWS Batch has not been read yet: no answer yet"]);
});

test("a leader that has read all regions names none", async () => {
  const { readyz } = problems({ regions: [{ listedAt: 1 }, { region: "eu-central-1", listedAt: 2 }] });
  expect(await readyz()).toBe("[+] caches\n[+] aws\nok\n");
});

test("an operator is ready without a watched namespace that may not be read, and names it", async () => {
  const { ready, readyz } = problems({ refusedNamespaces: ["team-b", "team-c"] });
  expect(ready).toEqual([]);
  expect(await readyz()).toBe("[+] caches, cannot be read: team-b, team-c\n[+] aws\nok\n");
});
