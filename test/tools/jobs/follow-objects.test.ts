import { describe, expect, test } from "vitest";
import type { KubeObject, ObjectKey } from "../../../src/api/object.ts";
import type { BatchJob } from "../../../src/api/v1alpha1/batch-job.ts";
import { sleep, VirtualClock } from "../../../src/runtime/clock.ts";
import { followObjects, type ObjectsFollowing } from "../../../src/tools/jobs/follow-objects.ts";

type Following = ObjectsFollowing["objects"];

const at = (name: string, namespace = "team"): ObjectKey => ({ name, namespace });
const seen = (name: string, status: object, namespace = "team"): BatchJob =>
  ({ metadata: { name, namespace, generation: 1 }, spec: {}, status }) as unknown as BatchJob;
const having = (type: string, reason: string, status: object = {}) => ({
  observedGeneration: 1,
  ...status,
  conditions: [{ type, status: type === "Ready" ? "False" : "True", reason, message: "why" }],
});

/** Follows objects that are as the lists say, one after the other; the last one stays. */
async function followed(
  keys: readonly ObjectKey[],
  lists: readonly (readonly BatchJob[])[],
  log?: (key: ObjectKey, clock: VirtualClock) => Promise<void>,
  object: Following["object"] = async () => undefined,
) {
  const clock = new VirtualClock();
  const rest = [...lists];
  const reads: (string | undefined)[] = [];
  const list = async (namespace: string | undefined): Promise<readonly BatchJob[]> => {
    reads.push(namespace);
    return (rest.length > 1 ? rest.shift() : rest[0]) ?? [];
  };
  const shown: string[] = [];
  const result = followObjects(
    keys,
    { objects: { list, object }, clock, signal: new AbortController().signal },
    {
      course: ({ name }, { text }) => shown.push(`${name}: ${text}`),
      waits: (why) => shown.push(why),
      log: log === undefined ? undefined : (key) => log(key, clock),
    },
  );
  let ends: readonly unknown[] | undefined;
  void result.then((got) => {
    ends = got;
  });
  for (let second = 0; second < 120 && ends === undefined; second++) await clock.advance(1000);
  return { ends, shown, reads };
}

describe("objects are followed", () => {
  test("until their jobs have ended, and each change is shown once", async () => {
    const waits = seen("a", having("Ready", "WaitingForQueue"));
    const { ends, shown, reads } = await followed(
      [at("a"), at("b")],
      [
        [waits, seen("b", { status: "RUNNING" })],
        [waits, seen("b", having("Complete", "Succeeded", { exitCode: 0 }))],
        [seen("a", { jobId: "id", status: "SUBMITTED" })],
        [seen("a", having("Failed", "JobFailed"))],
      ],
    );
    expect(ends).toEqual(["failed", "succeeded"]);
    expect(shown).toEqual([
      "b: RUNNING",
      "a: WaitingForQueue: why",
      "b: SUCCEEDED, exit code 0",
      "a: SUBMITTED",
      "a: FAILED: why",
    ]);
    // One read a second, however many jobs there are.
    expect(reads).toEqual(["team", "team", "team", "team"]);
  });

  test("in several namespaces, of which each is read", async () => {
    const complete = (namespace: string) => seen("a", having("Complete", "Succeeded"), namespace);
    const { ends, reads } = await followed([at("a", "one"), at("a", "two")], [[complete("one")], [complete("two")]]);
    expect([ends, reads]).toEqual([
      ["succeeded", "succeeded"],
      ["one", "two"],
    ]);
  });

  test("until only a person can go on, or somebody has deleted one", async () => {
    const { ends, shown } = await followed([at("a"), at("b")], [[seen("a", having("Stalled", "ReferenceNotFound"))]]);
    expect(ends).toEqual(["stalled", "deleted"]);
    expect(shown).toEqual(["a: ReferenceNotFound: why", "b: was deleted"]);
  });

  test("until an object is deleted by its ttlSecondsAfterFinished, which may hide its result", async () => {
    const runs = { ...seen("a", { status: "RUNNING" }), spec: { ttlSecondsAfterFinished: 0 } } as unknown as BatchJob;
    const { ends, shown } = await followed([at("a")], [[runs], []]);
    expect(ends).toEqual(["deleted"]);
    expect(shown).toEqual([
      "a: RUNNING",
      "a: was deleted, before its result was seen: ttlSecondsAfterFinished is 0, and a minute would be enough",
    ]);
  });

  describe("that wait for a queue until a person acts", () => {
    const waiting = (name: string) =>
      ({ ...seen(name, having("Ready", "WaitingForQueue")), spec: { jobQueueRef: { name: "q" } } }) as BatchJob;
    const queue = {
      ...seen("q", {
        conditions: ["Ready", "Stalled"].map((type) => ({
          type,
          status: type === "Ready" ? "False" : "True",
          reason: "NotOwned",
          message: "the operator does not own q",
          observedGeneration: 1,
        })),
      }),
      kind: "JobQueue",
    } as unknown as KubeObject;

    test("until it is known, with the words of the queue, which is read once for all", async () => {
      const asked: string[] = [];
      const object: Following["object"] = async ({ kind }, { name }) => {
        asked.push(`${kind} ${name}`);
        return queue;
      };
      const never = () => Promise.reject(new Error("there is none"));
      const { ends, shown } = await followed([at("a"), at("b")], [[waiting("a"), waiting("b")]], never, object);
      expect(ends).toEqual(["stalled", "stalled"]);
      expect(shown[0]).toMatch(
        /^a: the job needs JobQueue team\/q, which is not Ready: the operator does not own q\. Fix: JobQueue team\/q: ./,
      );
      expect(asked).toEqual(["JobQueue q"]);
    });
  });

  test("beyond a Stalled of an earlier generation", async () => {
    const before = seen("a", { ...having("Stalled", "ReferenceNotFound"), observedGeneration: 0 });
    const { ends } = await followed([at("a")], [[before], [seen("a", having("Complete", "Succeeded"))]]);
    expect(ends).toEqual(["succeeded"]);
  });
});

describe("the log of an object's job", () => {
  const complete = seen("a", having("Complete", "Succeeded", { jobId: "id" }));

  test("is printed once the job has an ID, and to its end", async () => {
    const printed: string[] = [];
    const { ends } = await followed([at("a")], [[seen("a", {})], [complete]], async ({ name }, clock) => {
      await sleep(clock, 30_000);
      printed.push(name);
    });
    expect([ends, printed]).toEqual([["succeeded"], ["a"]]);
  });

  test("is not asked for of a job that was never submitted", async () => {
    const { ends } = await followed([at("a")], [[seen("a", having("Failed", "DependencyFailed"))]], () =>
      Promise.reject(new Error("there is none")),
    );
    expect(ends).toEqual(["failed"]);
  });
});
