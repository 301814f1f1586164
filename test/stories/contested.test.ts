/** Another writer undoes each correction of ours, faster or slower than the object comes to rest. */

import { describe, expect, it } from "vitest";
import { computeEnvironment, ec2, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const ce = "BatchComputeEnvironment";
const minutes = 60;

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
      world.apply(computeEnvironment("ce", { ...ec2, state: "ENABLED" }), jobQueue("q", ["ce"]));
      await world.untilReady();
      await world.seconds(90);
      const before = writesOf(world, operation);
      // AWS refuses an update of what it is still updating: a rival tries again as well.
      const undoOrTryAgain = (): void => void undo(world).catch(() => void world.clock.schedule(1000, undoOrTryAgain));
      rivalOf(world, seconds, undoOrTryAgain);
      undoOrTryAgain();
      await world.until("it is told", () => world.condition(kind, name, "Contested")?.status === "True", 15 * minutes);
      expect(writesOf(world, operation) - before).toBe(3);
      expect(world.condition(kind, name, "Ready")?.reason).toBe("Contested");
      const told = world.store
        .events()
        .filter(({ reason, type: level }) => reason === "Contested" && level === "Warning");
      expect(told).toHaveLength(1);
      await world.seconds(60 * minutes);
      expect(writesOf(world, operation) - before).toBeLessThanOrEqual(8);
      expect(writesOf(world, operation) - before).toBeGreaterThanOrEqual(5);
    },
  );
});
