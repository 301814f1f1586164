import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironment } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { JobDefinition } from "../../../../src/api/v1alpha1/job-definition.ts";
import { AwsError } from "../../../../src/aws/errors.ts";
import { type NetworkMemories, observeNetwork } from "../../../../src/controllers/parts/network/observe.ts";
import { networkStatus } from "../../../../src/controllers/parts/network/report.ts";
import type { NetworkSeen } from "../../../../src/controllers/parts/network/seen.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import type { NetworkFacts } from "../../../../src/network/facts.ts";
import type { NetworkReading, NetworkRequest } from "../../../../src/network/port.ts";
import type { Preflight } from "../../../../src/network/preflight.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { publicNetwork } from "../../../network/networks.ts";
import { ec2, now, object, withResources } from "../../kinds/compute-environment/given.ts";
import { fakeRegion, objectsOf } from "../../region.ts";
import { broken, definition, enforced, minute } from "./given.ts";

const signal = new AbortController().signal;

/** An EC2 that answers with these facts after a while. */
function world(answer: () => NetworkFacts | Promise<NetworkFacts>, ...definitions: readonly JobDefinition[]) {
  const clock = new VirtualClock(now);
  const asked: { readonly request: NetworkRequest; readonly maxAgeMs: number }[] = [];
  const network = {
    written: { at: undefined as number | undefined },
    of: async (request: NetworkRequest, { maxAgeMs }: NetworkReading) => {
      asked.push({ request, maxAgeMs });
      return answer();
    },
  };
  const wall = { skewMs: 0 };
  const ports = {
    clock: {
      now: () => clock.now() + wall.skewMs,
      monotonic: () => clock.monotonic(),
      boottime: () => clock.boottime(),
      schedule: (delayMs: number, task: () => void) => clock.schedule(delayMs, task),
    },
    objects: objectsOf(definitions),
    regions: { ec2: async () => ({ network }) },
    settings: {},
  } as unknown as Ports;
  const networks: NetworkMemories = new Map();
  const pass = (whole: BatchComputeEnvironment = whole1) =>
    observeNetwork(whole, fakeRegion(), ports, networks, signal);
  return { clock, wall, asked, pass, networks, network };
}

/** Its subnets are those of the networks that the preflight's own tests use. */
const whole1 = object(
  withResources(ec2, { subnets: ["subnet-a", "subnet-b"], instanceTypes: ["c7i"], instanceRole: "batch" }),
);

function state(given: NetworkSeen | undefined): Preflight["state"] | undefined {
  return given?.kind === "checked" ? given.preflight.state : undefined;
}

describe("observing the network", () => {
  it("at rest it is asked once in three hours, and judged again every ten minutes", async () => {
    const { clock, asked, pass } = world(() => publicNetwork().facts);
    expect(state(await pass())).toBe("Reachable");
    for (let passed = 0; passed < 180; passed += 10) {
      expect(await pass()).toMatchObject({ checkInMs: 10 * minute });
      await clock.advance(10 * minute);
    }
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ maxAgeMs: 90 * minute, request: { subnetIds: ["subnet-a", "subnet-b"] } });
    await pass();
    expect(asked).toHaveLength(2);
  });

  it("what we write there ourselves is in effect after five minutes, and may change paths: it is read again", async () => {
    const { clock, asked, pass, network } = world(() => publicNetwork().facts);
    await pass();
    await clock.advance(minute);
    network.written.at = clock.monotonic();
    expect(await pass()).toMatchObject({ kind: "checked", checkInMs: 5 * minute });
    await clock.advance(5 * minute);
    await pass();
    await clock.advance(10 * minute);
    await pass();
    expect(asked).toHaveLength(2);
  });

  it("takes what has been read meanwhile also when the wall clock is put back", async () => {
    const { clock, wall, asked, pass } = world(() => new Promise<never>(() => {}));
    const first = pass();
    await clock.advance(2000);
    wall.skewMs = -minute;
    const second = pass();
    await clock.advance(0);
    await Promise.all([first, second]);
    expect(asked.map(({ maxAgeMs }) => maxAgeMs)).toEqual([90 * minute, 90 * minute + 2000]);
  });

  it("what is wrong is checked every minute, and after ten minutes every ten, until it is fixed", async () => {
    let facts = broken.facts;
    const { clock, asked, pass } = world(() => facts);
    for (let passed = 0; passed < 40; passed += 1) {
      await pass();
      await clock.advance(minute);
    }
    expect(asked.length).toBe(13);
    facts = publicNetwork().facts;
    await clock.advance(10 * minute);
    expect(state(await pass())).toBe("Reachable");
    expect(await pass()).toMatchObject({ checkInMs: 10 * minute });
  });

  it("a hundred that are wrong are read in turn, ten in any minute, and a person who asks waits for no turn", async () => {
    const { clock, asked, pass } = world(() => broken.facts);
    const one = (at: number, annotations: Record<string, string> = {}): BatchComputeEnvironment => {
      return { ...whole1, metadata: { ...whole1.metadata, uid: `uid-${at}`, annotations } };
    };
    const all = async () => {
      for (let at = 0; at < 100; at += 1) await pass(one(at));
    };
    await all();
    const perMinute: number[] = [];
    for (let passed = 0; passed < 31; passed += 1) {
      const before = asked.length;
      for (let at = 0; at < 20; at += 1) {
        await clock.advance(3000);
        await all();
      }
      perMinute.push(asked.length - before);
    }
    // The first turn comes when the first minute ends.
    expect(perMinute).toEqual([1, ...Array.from({ length: 30 }, () => 10)]);
    const { length: known } = asked;
    await pass(one(7, { "awsbatch.dev/reconcile-requested-at": "now" }));
    expect(asked).toHaveLength(known + 1);
  });

  it("a change of the spec and a person who asks for it are answered with something new", async () => {
    const { asked, pass } = world(() => publicNetwork().facts);
    await pass();
    const annotations = { "awsbatch.dev/reconcile-requested-at": "now" };
    await pass({ ...whole1, metadata: { ...whole1.metadata, annotations } });
    await pass({ ...whole1, spec: withResources(whole1.spec, { subnets: ["subnet-a"] }) });
    expect(asked.map(({ maxAgeMs }) => maxAgeMs)).toEqual([90 * minute, 3000, 3000]);
  });

  it("a slow EC2 keeps nobody waiting, and its answer is taken when it comes", async () => {
    let came = false;
    const { clock, asked, pass } = world(() => (came ? publicNetwork().facts : new Promise<never>(() => {})));
    const seen = async () => {
      const first = pass();
      await clock.advance(1);
      return first;
    };
    expect(await seen()).toEqual({ kind: "pending", checkInMs: 1000 });
    expect(networkStatus(object(), await seen())).toEqual({});
    await clock.advance(20_000);
    expect(await seen()).toEqual({ kind: "pending", checkInMs: 10_000 });
    came = true;
    expect(state(await pass())).toBe("Reachable");
    // However long it takes, an answer to this asking is good enough.
    expect(asked.at(-1)?.maxAgeMs).toBeGreaterThan(90 * minute + 20_000);
  });

  it("Enforce waits two seconds for the first answer, and no longer", async () => {
    const { clock, pass } = world(() => new Promise<never>(() => {}));
    const strict = { ...whole1, spec: { ...whole1.spec, network: enforced.network } };
    let first: NetworkSeen | undefined;
    void pass(strict).then((given) => {
      first = given;
    });
    await clock.advance(1999);
    expect(first).toBeUndefined();
    await clock.advance(1);
    expect(first).toEqual({ kind: "pending", checkInMs: 1000 });
  });

  it("known facts stay valid while newer ones are on their way", async () => {
    let slow = false;
    const { clock, pass } = world(() => (slow ? new Promise<never>(() => {}) : broken.facts));
    await pass();
    slow = true;
    await clock.advance(minute);
    const second = pass();
    await clock.advance(1);
    expect(await second).toMatchObject({ kind: "checked", checkInMs: 1000, preflight: { state: "Unreachable" } });
  });

  it("an EC2 that cannot be opened is reported, and anything else is an error", async () => {
    const refusal = new AwsError("denied", "GetCallerIdentity", "AccessDenied", "no");
    const denied = world(() => Promise.reject(refusal));
    expect(await denied.pass()).toMatchObject({ kind: "unread", checkInMs: minute });
    const odd = world(() => Promise.reject(new TypeError("odd")));
    await expect(odd.pass()).rejects.toThrow("odd");
  });

  it("definitions of the namespace and region count, those of others and those that go do not", async () => {
    const docker = { type: "container", containerProperties: { image: "busybox" } };
    const leaving = definition("gone", docker);
    const { pass } = world(
      () => broken.facts,
      definition("here", docker),
      definition("there", docker, "other"),
      definition("far", { ...docker, region: "us-east-1" }),
      { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } },
    );
    const found = await pass();
    const needs = found?.kind === "checked" ? found.preflight.findings.flatMap((one) => one.needs) : [];
    expect([...new Set(needs.map(({ because }) => because).filter((why) => why.includes("image")))]).toEqual([
      "the image of team/here",
    ]);
  });

  it("an object that goes, or is not checked, is forgotten", async () => {
    const { pass, networks } = world(() => publicNetwork().facts);
    await pass();
    expect(networks.size).toBe(1);
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    expect(await pass({ ...whole1, metadata: { ...whole1.metadata, deletionTimestamp } })).toBeUndefined();
    expect(networks.size).toBe(0);
  });
});
