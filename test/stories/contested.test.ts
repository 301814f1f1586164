/** Another writer undoes each correction of ours, faster or slower than the object comes to rest. */

import { describe, expect, it } from "vitest";
import { computeEnvironment, ec2, jobDefinition, jobQueue, smallJob } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const ce = "BatchComputeEnvironment";
const minutes = 60;
const readImages = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";

const writesOf = (world: World, operation: string): number =>
  world.aws.log.filter(
    (call) => call.by === "operator" && call.operation === operation && call.outcome.kind === "answered",
  ).length;

/** Whenever AWS has what we wrote, `undo` is called so many seconds later. */
function rivalOf({ aws, clock }: World, afterSeconds: number, undo: () => void): void {
  let due = false;
  aws.onChange(() => {
    if (due || aws.log.at(-1)?.by !== "operator") return;
    due = true;
    clock.schedule(afterSeconds * 1000, () => {
      due = false;
      undo();
    });
  });
}

interface Fight {
  readonly kind: string;
  readonly name: string;
  readonly operation: string;
  undo(world: World): Promise<unknown>;
}

const environmentName = ({ aws }: World): string | undefined =>
  aws.truth.computeEnvironments().find(({ tags }) => tags?.["awsbatch.dev/name"] === "ce")?.computeEnvironmentName;

const fights: Readonly<Record<string, Fight>> = {
  "the priority of a queue": {
    kind: "JobQueue",
    name: "q",
    operation: "UpdateJobQueue",
    undo: ({ aws }) => aws.outside.updateJobQueue({ jobQueue: "team_q", priority: 7 }),
  },
  "the order of a queue": {
    kind: "JobQueue",
    name: "q",
    operation: "UpdateJobQueue",
    undo: ({ aws }) =>
      aws.outside.updateJobQueue({
        jobQueue: "team_q",
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: "theirs" }],
      }),
  },
  "the size of an environment": {
    kind: ce,
    name: "ce",
    operation: "UpdateComputeEnvironment",
    undo: (world) =>
      world.aws.outside.updateComputeEnvironment({
        computeEnvironment: environmentName(world),
        computeResources: { maxvCpus: 7 },
      }),
  },
  "the state of an environment": {
    kind: ce,
    name: "ce",
    operation: "UpdateComputeEnvironment",
    undo: (world) =>
      world.aws.outside.updateComputeEnvironment({ computeEnvironment: environmentName(world), state: "DISABLED" }),
  },
  "a tag of an environment": {
    kind: ce,
    name: "ce",
    operation: "TagResource",
    undo: ({ aws }) =>
      aws.outside.tagResource({
        resourceArn: aws.truth.computeEnvironments().find(({ tags }) => tags?.["awsbatch.dev/name"] === "ce")
          ?.computeEnvironmentArn,
        tags: { team: "theirs" },
      }),
  },
};

describe.each(Object.entries(fights))("a rival who changes %s", (_what, { kind, name, operation, undo }) => {
  it.each([1, 4, 20, 120])(
    "%i s after each correction is fought three times, and then once in 15 minutes",
    async (seconds) => {
      const world = await aWorld();
      const { type, computeResources } = ec2;
      await world.aws.outside.createComputeEnvironment({
        computeEnvironmentName: "theirs",
        type,
        computeResources,
      } as never);
      world.apply(
        computeEnvironment("ce", { ...ec2, state: "ENABLED", tags: { team: "ours" } }),
        jobQueue("q", ["ce"]),
      );
      await world.untilReady();
      await world.seconds(90);
      const before = writesOf(world, operation);
      // AWS refuses an update of what it is still updating: a rival tries again as well.
      const undoOrTryAgain = (): void => void undo(world).catch(() => void world.clock.schedule(1000, undoOrTryAgain));
      rivalOf(world, seconds, undoOrTryAgain);
      undoOrTryAgain();
      await world.until(
        "it is reported",
        () => world.condition(kind, name, "Contested")?.status === "True",
        15 * minutes,
      );
      expect(writesOf(world, operation) - before).toBe(3);
      expect(world.condition(kind, name, "Ready")?.reason).toBe("Contested");
      const reported = world.store
        .events()
        .filter(({ reason, type: level }) => reason === "Contested" && level === "Warning");
      expect(reported).toHaveLength(1);
      await world.seconds(60 * minutes);
      expect(writesOf(world, operation) - before).toBeLessThanOrEqual(8);
      expect(writesOf(world, operation) - before).toBeGreaterThanOrEqual(5);
    },
  );
});

const contestedOf = (world: World, kind: string, name: string): string | undefined =>
  world.condition(kind, name, "Contested")?.status;

/** A role whose policy a rival detaches so many seconds after each time that it is attached. */
async function detaching(afterSeconds: number): Promise<{ readonly world: World; readonly attached: () => number }> {
  const world = await aWorld();
  world.apply(jobDefinition("hello", { iam: { jobRole: { policyArns: [readImages] } } }));
  await world.untilReady();
  await world.seconds(90);
  const { iam } = world.aws.outside;
  const undo = (): Promise<unknown> =>
    iam.detachRolePolicy({ RoleName: world.aws.truth.roles()[0]?.name, PolicyArn: readImages });
  const before = writesOf(world, "AttachRolePolicy");
  rivalOf(world, afterSeconds, () => void undo());
  await undo();
  // IAM shows it by then, and a role at rest is read every 30 minutes.
  await world.seconds(5);
  world.annotate("JobDefinition", "hello", { "awsbatch.dev/reconcile-requested-at": "now" });
  return { world, attached: () => writesOf(world, "AttachRolePolicy") - before };
}

describe("a rival who detaches a policy from a role", () => {
  it.each([0, 1, 4])(
    "%i s after each correction is fought three times, and then once in 15 minutes",
    async (seconds) => {
      const { world, attached } = await detaching(seconds);
      await world.until("it is reported", () => contestedOf(world, "JobDefinition", "hello") === "True", 15 * minutes);
      expect(attached()).toBe(3);
      await world.seconds(60 * minutes);
      expect(attached()).toBeLessThanOrEqual(8);
      expect(attached()).toBeGreaterThanOrEqual(5);
    },
  );

  it.each([60, 120])("%i s after each correction is fought as often as a role at rest is read", async (seconds) => {
    const { world, attached } = await detaching(seconds);
    await world.seconds(120 * minutes);
    expect(attached()).toBeGreaterThanOrEqual(4);
    expect(attached()).toBeLessThanOrEqual(5);
  });
});

describe("a rival who registers a revision above ours", () => {
  it.each([0, 1, 4, 20, 120])(
    "%i s after each of ours is answered once, and then once in 10 minutes",
    async (seconds) => {
      const world = await aWorld();
      world.apply(jobDefinition("hello"));
      await world.untilReady();
      await world.seconds(90);
      const register = (): Promise<unknown> =>
        world.aws.outside.registerJobDefinition({ jobDefinitionName: "team_hello", ...smallJob } as never);
      const before = writesOf(world, "RegisterJobDefinition");
      const registered = (): number => writesOf(world, "RegisterJobDefinition") - before;
      rivalOf(world, seconds, () => void register());
      await register();
      const stalled = (): string | undefined => world.condition("JobDefinition", "hello", "Stalled")?.reason;
      await world.until("it is reported", () => stalled() === "RevisionContested", 15 * minutes);
      expect(registered()).toBe(1);
      await world.seconds(60 * minutes);
      expect(registered()).toBeLessThanOrEqual(7);
      expect(registered()).toBeGreaterThanOrEqual(4);
    },
  );
});
