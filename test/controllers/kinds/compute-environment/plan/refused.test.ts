import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../../src/aws/batch.ts";
import type { JobsSeen } from "../../../../../src/controllers/draining/drain.ts";
import { type Action, independentName } from "../../../../../src/controllers/kinds/compute-environment/action.ts";
import type { Seen } from "../../../../../src/controllers/kinds/compute-environment/seen.ts";
import type { Failure } from "../../../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../../../src/controllers/pass/choose.ts";
import {
  chosen,
  directives,
  ec2,
  environment,
  job,
  now,
  object,
  queue,
  seen,
  settings,
  withResources,
} from "../given.ts";
import { fresh, id, iso, old, other, retired, serving } from "../replaced.ts";

const minute = 60_000;
const failureOf = (name: string): Failure => ({ kind: "denied", operation: "batch:X", message: name, advice: "" });
/** Refused in this order, the last one a second ago. */
const refusedOf = (...names: readonly string[]): Pick<Seen, "refusals"> => ({
  refusals: new Map(
    names.map((name, index) => [name, { failure: failureOf(name), at: now - (names.length - index) * 1000 }]),
  ),
});
const empty: JobsSeen = { kind: "read", remaining: [], zeroForMs: 10_000 };
const emptied = (...names: readonly string[]): Pick<Seen, "jobs"> => ({
  jobs: new Map(names.map((name) => [name, empty])),
});
const planned = (spec: BatchComputeEnvironmentSpec, change: Partial<Seen>): Choice<Action> =>
  chosen(object(spec), seen(spec, change));

/** Kind and subject of an act, kind and reason of anything else. */
const summary = ({ next }: Pick<Choice<Action>, "next">): string => {
  if (next.kind !== "act") return `${next.kind} ${next.reason}`;
  return independentName(next.action) ?? next.action.kind;
};

/** An attempt for an earlier desired state, empty and out of service. */
const failed = (name = "failed", change: Partial<Environment> = {}): Environment =>
  environment(name, withResources(ec2, { instanceTypes: ["r5.large"] }), {
    status: "INVALID",
    state: "DISABLED",
    ...change,
    tags: { ...retired, ...change.tags },
  });
const ill: Partial<Environment> = { status: "INVALID", statusReason: "no" };
const gaveBack = { tags: { "awsbatch.dev/returned-at": `${iso(5)}/${id}` } };
const repoint: BatchComputeEnvironmentSpec = { ...other, replacement: { foreignQueues: "Repoint" } };
const allowed = { settings: { ...settings, allowForeignRepoint: true } };
const strangers = (named: string) => ({
  queues: ["a", "b"].map((name) => queue(name, [named], { foreign: true })),
  ...allowed,
});

describe("what AWS refuses keeps waiting nothing that does not hang on it", () => {
  const stuck = { ...emptied("failed"), ...refusedOf("delete failed") };

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    [
      "queues go back past a leftover that stays",
      other,
      { ...stuck, environments: [old(), fresh({ ...ill, ...serving(50) }), failed()], queues: [queue("q1", ["old"])] },
      "tag",
    ],
    [
      "a foreign queue goes back past it",
      repoint,
      { ...stuck, environments: [old(), fresh({ ...ill, ...gaveBack }), failed()], ...strangers("new") },
      "repointForeign a",
    ],
    [
      "a value is changed past it",
      withResources(ec2, { maxvCpus: 512 }),
      { ...stuck, environments: [old(), failed()], queues: [queue("q1", ["old"])] },
      "update",
    ],
    [
      "a successor is created past it",
      other,
      { ...stuck, environments: [old(), failed()], queues: [queue("q1", ["old"])] },
      "create",
    ],
    [
      "one leftover goes past another",
      ec2,
      {
        ...emptied("failed", "older"),
        ...refusedOf("delete older"),
        environments: [old(), failed(), failed("older")],
      },
      "delete failed",
    ],
    [
      "one foreign queue goes back past another",
      repoint,
      {
        environments: [old(), fresh({ ...ill, ...gaveBack })],
        ...strangers("new"),
        ...refusedOf("repointForeign a"),
      },
      "repointForeign b",
    ],
    [
      "one foreign queue is handed over past another",
      repoint,
      { environments: [old(), fresh()], ...strangers("old"), ...refusedOf("repointForeign a") },
      "repointForeign b",
    ],
    [
      "one predecessor goes past another",
      other,
      {
        environments: [
          old({ state: "DISABLED", tags: retired }),
          environment("older", ec2, { state: "DISABLED", tags: retired }),
          fresh(serving(5000)),
        ],
        ...emptied("old", "older"),
        ...refusedOf("delete older"),
      },
      "delete old",
    ],
    [
      "one environment is deleted past another",
      ec2,
      {
        directives: { ...directives, deleting: true },
        environments: [failed("a"), failed("b")],
        ...emptied("a", "b"),
        ...refusedOf("delete a"),
      },
      "delete b",
    ],
    [
      "another attempt is created past a check that AWS refuses",
      ec2,
      {
        environments: [
          environment(`team_ce-${seen(ec2).planId}`, ec2, {
            status: "INVALID",
            statusReason: "Not authorized to perform sts:AssumeRole",
            tags: { "awsbatch.dev/created-at": iso(3600) },
          }),
        ],
        invalidSince: new Map([[`team_ce-${seen(ec2).planId}`, now - 60 * minute]]),
        ...refusedOf(`revalidate team_ce-${seen(ec2).planId}`),
      },
      "create",
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(summary(planned(spec, { ...change, refusals: new Map() }))).not.toBe(expected);
    expect(summary(planned(spec, change))).toBe(expected);
  });
});

describe("a step that AWS refused", () => {
  const given = (...names: readonly string[]) => ({
    directives: { ...directives, deleting: true },
    environments: [failed("a"), failed("b"), failed("c", { status: "DELETING" })],
    ...emptied("a", "b"),
    ...refusedOf(...names),
  });

  it("is tried again when nothing else is left, the one that was tried the longest ago first", () => {
    expect(summary(planned(ec2, given("delete a", "delete b")))).toBe("delete a");
    expect(summary(planned(ec2, given("delete b", "delete a")))).toBe("delete b");
    const [first, second] = [...given("delete a", "delete b").refusals];
    const refusals = new Map([second, first].filter((one) => one !== undefined));
    expect(summary(planned(ec2, { ...given(), refusals }))).toBe("delete a");
  });

  it("is tried again although nothing else of the object can be done at all", () => {
    const environments = [failed("a"), failed("b")];
    const choice = planned(ec2, { ...given("delete a", "delete b"), environments });
    expect(summary(choice)).toBe("delete a");
    expect(choice.instead).toBeUndefined();
    const alone = { ...given("delete a", "delete gone"), environments: [failed("a")] };
    expect(summary(planned(ec2, alone))).toBe("delete a");
  });

  it.each([
    [0, "delete b"],
    [9.9, "delete b"],
    [10, "delete a"],
    // A clock that was set back.
    [-1, "delete a"],
  ])("lets others go first until %d minutes later", (minutes, expected) => {
    const refusals = new Map([["delete a", { failure: failureOf("a"), at: now - minutes * minute }]]);
    expect(summary(planned(ec2, { ...given(), refusals }))).toBe(expected);
  });

  it("comes with what goes on while it is refused", () => {
    const instead = (...names: readonly string[]): string | undefined => {
      const { instead: others } = planned(ec2, given(...names));
      return others === undefined ? undefined : summary(others);
    };
    expect(instead()).toBe("delete b");
    expect(instead("delete a")).toBe("wait Deleting");
    expect(instead("delete a", "delete b")).toBe("wait Deleting");
  });

  it("is reported for as long as it is still to be done", () => {
    const refused = (...names: readonly string[]) => planned(ec2, given(...names)).refused;
    expect(refused()).toEqual([]);
    expect(refused("delete a")).toEqual([failureOf("delete a")]);
    expect(refused("delete a", "delete b")).toEqual([failureOf("delete b")]);
    expect(refused("delete gone", "retire a", "delete c")).toEqual([]);
  });

  it("takes nothing from what serves", () => {
    const environments = [old(serving(50)), failed()];
    const change = { environments, ...emptied("failed"), queues: [queue("q1", ["old"])] };
    expect(planned(ec2, change)).toMatchObject({
      next: { action: { kind: "delete" } },
      serving: false,
      instead: { next: { kind: "serves", reason: "Available" }, serving: true },
    });
    expect(planned(ec2, { ...change, ...refusedOf("delete failed") })).toMatchObject({
      next: { action: { kind: "delete" } },
      serving: true,
      conditions: [],
      refused: [],
      instead: { next: { kind: "serves", reason: "Available" }, serving: true },
    });
  });

  it("keeps the condition of what else leaves", () => {
    const change = {
      environments: [old(), fresh({ ...serving(50) }), failed()],
      ...emptied("failed"),
      ...refusedOf("delete failed"),
      queues: [queue("q1", ["new"])],
    };
    const retiring = { type: "Retiring", reason: "Soaking" };
    expect(planned(other, change)).toMatchObject({
      next: { action: { kind: "delete" } },
      serving: true,
      conditions: [retiring],
      instead: { next: { reason: "Soaking" } },
    });
    expect(planned(other, { ...change, refusals: new Map() })).toMatchObject({ instead: { conditions: [retiring] } });
  });

  it("is followed by nothing that hangs on it", () => {
    const leaving = { environments: [old({ tags: retired }), fresh(serving(5000))], ...emptied("old") };
    expect(summary(planned(other, { ...leaving, ...refusedOf("disable old") }))).toBe("disable old");
    const update = { environments: [old()], ...refusedOf("update old") };
    expect(summary(planned(withResources(ec2, { maxvCpus: 512 }), update))).toBe("update");
    const handover = { environments: [old(), fresh()], ...strangers("old") };
    const both = planned(repoint, { ...handover, ...refusedOf("repointForeign a", "repointForeign b") });
    expect(summary(both)).toBe("repointForeign a");
    expect(both).toMatchObject({
      serving: false,
      instead: { next: { kind: "wait", reason: "SwitchingQueues" }, serving: false },
    });
    const marked = { environments: [old(), fresh()], queues: [queue("q1", ["new"])], ...refusedOf("serving new") };
    const mark = planned(other, marked);
    expect(summary(mark)).toBe("serving new");
    expect(mark.instead).toBeUndefined();
  });

  it("of a check of an INVALID environment leaves its report", () => {
    const change = {
      environments: [old({ status: "INVALID" })],
      queues: [queue("q1", ["old"])],
      invalidSince: new Map([["old", now - 30 * minute]]),
      ...refusedOf("revalidate old"),
    };
    const never: BatchComputeEnvironmentSpec = { ...other, replacement: { policy: "Never" } };
    expect(summary(planned(never, change))).toBe("revalidate old");
    expect(planned(never, change)).toMatchObject({
      instead: { next: { kind: "blocked", reason: "ReplacementNeeded" } },
    });
    expect(planned(never, change)).not.toHaveProperty("instead.next.checkInMs");
    expect(summary(planned(ec2, change))).toBe("revalidate old");
    expect(planned(ec2, change)).toMatchObject({
      instead: { next: { kind: "blocked", reason: "Invalid", checkInMs: 5 * minute } },
    });
  });
});

describe("no further environment is created past three for the same spec that AWS does not release", () => {
  const attempt = (number: number, change: Partial<Environment> = {}): Environment =>
    failed(`team_ce-${id}${number === 1 ? "" : `-${number}`}`, change);
  const given = (attempts: readonly Environment[], refused: readonly string[]) => ({
    environments: [old(), ...attempts],
    queues: [queue("q1", ["old"])],
    ...emptied(...attempts.map((one) => one.computeEnvironmentName)),
    ...refusedOf(...refused),
    freeName: { name: `team_ce-${id}-9`, absent: true, attempt: 9 },
  });
  const [first, second, third] = [attempt(1), attempt(2), attempt(3)];
  const deletions = [first, second, third].map((one) => `delete ${one.computeEnvironmentName}`);

  it("however they cannot be taken away", () => {
    expect(summary(planned(other, given([first, second], deletions)))).toBe("create");
    const stuck = planned(other, given([first, second, third], deletions));
    expect(summary(stuck)).toBe(deletions[0]);
    expect(stuck.instead).toBeUndefined();
    const marked = attempt(3, { status: "VALID", state: "ENABLED" });
    const disabling = [...deletions.slice(0, 2), `disable ${marked.computeEnvironmentName}`];
    expect(summary(planned(other, given([first, second, marked], disabling)))).toBe(deletions[0]);
    const unmarked = environment(
      third.computeEnvironmentName,
      withResources(ec2, { instanceTypes: ["r5.large"] }),
      ill,
    );
    const retiring = [...deletions.slice(0, 2), `retire ${unmarked.computeEnvironmentName}`];
    expect(summary(planned(other, given([first, second, unmarked], retiring)))).toBe(deletions[0]);
    const terminate: BatchComputeEnvironmentSpec = { ...other, drain: { policy: "Terminate", timeoutSeconds: 60 } };
    const { computeEnvironmentName: busy } = third;
    const remaining = [job("j1", { cluster: `AWSBatch-${busy}` })];
    const terminating = given([first, second, third], [...deletions.slice(0, 2), `terminateJobs ${busy}`]);
    const jobs = new Map(terminating.jobs).set(busy, { kind: "read", remaining, zeroForMs: undefined });
    expect(summary(planned(terminate, { ...terminating, jobs }))).toBe(deletions[0]);
  });

  it("and everything else goes before them", () => {
    const made = environment(`team_ce-${id}-4`, other);
    const change = given([first, second, third, made], deletions);
    expect(summary(planned(other, { ...change, queues: [queue("q1", [made.computeEnvironmentName])] }))).toBe(
      `serving ${made.computeEnvironmentName}`,
    );
  });

  it("whatever else of theirs is refused, and whatever was created for another spec", () => {
    const elsewhere = [...deletions.slice(0, 2), "delete failed"];
    expect(summary(planned(other, given([first, second, failed()], elsewhere)))).toBe("create");
  });
});

describe("disabling that AWS has refused", () => {
  const given = { environments: [old()], queues: [queue("q1", ["old"])] };

  it("still goes before all else of the environments, of which nothing goes on instead", () => {
    expect(summary(planned({ ...other, state: "ENABLED" }, given))).toBe("create");
    const refused = planned({ ...other, state: "DISABLED" }, { ...given, ...refusedOf("disabling old") });
    expect(summary(refused)).toBe("disabling old");
    expect(refused.instead).toBeUndefined();
  });

  it("is not taken for another change", () => {
    const update = { kind: "update", name: "a", arn: "", rollout: undefined } as const;
    const request = { computeEnvironment: "a", state: "DISABLED" } as const;
    expect(independentName({ ...update, request, paths: ["spec.state"] })).toBe("disabling a");
    expect(independentName({ ...update, request, paths: ["spec.state", "spec.tags"] })).toBeUndefined();
    expect(
      independentName({ ...update, request: { ...request, state: "ENABLED" }, paths: ["spec.state"] }),
    ).toBeUndefined();
  });
});
