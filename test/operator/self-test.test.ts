import { expect, test } from "vitest";
import type { KubeObject } from "../../src/api/object.ts";
import { selfTest, selfTestName } from "../../src/operator/self-test.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";

const { signal } = new AbortController();
const key = { namespace: "team", name: selfTestName };

/** A cluster with one object, which says about itself what `status` gives for this time in milliseconds. */
function world(status: (atMs: number) => object | undefined, interrupted = signal) {
  const clock = new VirtualClock();
  const calls: string[] = [];
  let applied: unknown;
  const object = () =>
    ({ metadata: { ...key, generation: 2 }, status: status(clock.monotonic()) }) as unknown as KubeObject;
  const run = async (): Promise<string> => {
    const ended = selfTest(
      {
        clock,
        namespace: "team",
        limitMs: 5000,
        store: {
          async apply(_kind, manifest) {
            applied = manifest;
            calls.push("apply");
            return object();
          },
          async get() {
            return object();
          },
          async delete(_kind, { namespace, name }) {
            calls.push(`delete ${namespace}/${name}`);
            return true;
          },
        },
      },
      interrupted,
    ).catch(String);
    await clock.advance(10_000);
    return await ended;
  };
  return { run, calls, applied: () => applied };
}

test("a self-test reports the plan of its object, which is a dry run, and deletes it", async () => {
  const w = world((atMs) => (atMs < 2000 ? undefined : { observedGeneration: 2, plan: { action: "Register" } }));
  expect(await w.run()).toBe(`The operator planned team/${selfTestName}: Register\n`);
  expect(w.calls).toEqual(["apply", `delete team/${selfTestName}`]);
  expect(w.applied()).toMatchObject({ metadata: { annotations: { "awsbatch.dev/dry-run": "true" } } });
});

test("a self-test without a plan in time says where to check, and deletes its object all the same", async () => {
  const w = world(() => undefined);
  expect(await w.run()).toMatch(/no plan of team\/\S+ within 5 s: check that a replica leads/);
  expect(w.calls).toEqual(["apply", `delete team/${selfTestName}`]);
});

test("an interrupted self-test deletes its object all the same", async () => {
  const interruption = new AbortController();
  const w = world((atMs) => {
    if (atMs >= 1000) interruption.abort(new Error("interrupted"));
    return undefined;
  }, interruption.signal);
  expect(await w.run()).toBe("Error: interrupted");
  expect(w.calls).toEqual(["apply", `delete team/${selfTestName}`]);
});

test("a plan that comes just in time counts, and one after it does not", async () => {
  const plan = { observedGeneration: 2, plan: { action: "None", reason: "InSync" } };
  expect(await world((atMs) => (atMs < 5000 ? undefined : plan)).run()).toMatch(/: None, InSync\n$/);
  expect(await world((atMs) => (atMs < 5001 ? undefined : plan)).run()).toMatch(/no plan/);
});

test("a plan of an earlier generation is none", async () => {
  const w = world(() => ({ observedGeneration: 1, plan: { action: "Register" } }));
  expect(await w.run()).toMatch(/no plan/);
});
