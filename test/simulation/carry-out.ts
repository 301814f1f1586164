import type { KubeObject } from "../../src/api/object.ts";
import { BatchJobKind } from "../../src/api/v1alpha1/kinds.ts";
import { ownerIn, retainedFromTag } from "../../src/controllers/ownership/ownership.ts";
import { conditionsOf } from "../../src/controllers/pass/conditions.ts";
import { StoreError } from "../../src/runtime/store.ts";
import { accessDenied, type Fault, serverFailure, throttled } from "../../src/simulator/faults.ts";
import { ServiceError } from "../../src/simulator/refusals.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { attack } from "./attacker/attacks.ts";
import type { Act, Step, StoreFaultKind } from "./story.ts";
import { submit } from "./submit.ts";
import { doTool } from "./tool.ts";
import type { Undo } from "./tool-done.ts";
import type { Simulation } from "./world.ts";
import { manifestOf } from "./written.ts";

/** Does the steps of a story to a world. */
export class Player {
  readonly #world: Simulation;
  /** What tools did that has to be taken back before the world can be whole again. */
  readonly undos: Undo[] = [];

  constructor(world: Simulation) {
    this.#world = world;
  }

  /** Up to the last step, or the first violation. */
  async play(steps: readonly Step[]): Promise<void> {
    const world = this.#world;
    for (const { at, act } of steps) {
      if (world.violations.length > 0) return;
      if (at > world.trace.seconds) await world.seconds(at - world.trace.seconds);
      await this.#do(act);
    }
  }

  async #do(act: Act): Promise<void> {
    const world = this.#world;
    switch (act.kind) {
      case "apply":
        world.apply(act.manifest);
        return;
      case "delete":
        world.delete(act.of, act.name, act.namespace);
        return;
      case "attack":
        await attack(world, act.doing, act.pick);
        return;
      case "approve":
        approveAll(world);
        return;
      case "legacy":
        await this.#refusable("another tool", `makes a ${act.what}`, () => makeLegacy(world, act));
        return;
      case "submit":
        await this.#refusable("user", "submits a job", async () => submit(world, act));
        return;
      case "course":
        world.disturb("user", `has jobs that verify go ${JSON.stringify(act.course)}`);
        world.aws.outside.planJobs({ job: "verify-*", attempts: [act.course] });
        return;
      case "tool":
        await this.#refusable("tool", act.doing, async () => {
          const { what, undo } = await doTool(world, act.doing, act.pick);
          if (what !== undefined) world.disturb("tool", what);
          if (undo !== undefined) this.undos.push(undo);
        });
        return;
      case "loseCluster":
        await loseCluster(world);
        return;
      case "away":
        await world.away(act.days * daySeconds, () => (act.losesStatus ? loseStatuses(world) : undefined));
        return;
      default:
        this.#fail(act);
    }
  }

  #fail(act: Act): void {
    const world = this.#world;
    const { aws, store, leases, network } = world;
    const reported = Object.entries(act)
      .filter(([, value]) => value !== undefined)
      .map(([, value]) => String(value))
      .join(" ");
    world.disturb("fault", reported);
    switch (act.kind) {
      case "kill":
        world.arm({ replica: act.replica, after: act.after, verdict: { kind: "die" }, what: act.what });
        return;
      case "terminate":
        world.replica(act.replica).process?.terminate();
        return;
      case "freeze": {
        const { replica, after, forMs, asleep, phase, what } = act;
        world.arm({ replica, after, verdict: { kind: "freeze", forMs, asleep }, phase, what });
        return;
      }
      case "skew": {
        const replica = world.replica(act.replica);
        replica.skewMs = act.skewMs;
        if (act.jumps && replica.process !== undefined) replica.process.clock.skewMs = act.skewMs;
        return;
      }
      case "version":
        for (const replica of world.replicas) {
          replica.algorithm = act.algorithm;
          replica.process?.terminate();
        }
        return;
      case "awsFault": {
        const fault = awsFault(act);
        if (act.fault === "delayRequest" || act.fault === "stale") {
          const shownMs = act.ms + (act.fault === "stale" ? 0 : aws.knobs.stalenessMs);
          world.shownWithinMs = Math.max(world.shownWithinMs, shownMs);
        }
        aws.faults.add({
          fault,
          ...(act.on === undefined ? {} : { on: act.on }),
          after: act.after,
          times: act.times,
          ...(act.forMs === undefined ? {} : { forMs: act.forMs }),
        });
        return;
      }
      case "staleness":
        aws.knobs.stalenessMs = act.ms;
        world.shownWithinMs = Math.max(world.shownWithinMs, act.ms);
        return;
      case "storeFault":
        if (act.fault === "hang") store.faults.hang(act.on, act.times);
        else if (act.fault === "loseResponse") store.faults.loseResponse(act.on, act.times, storeError("unavailable"));
        else store.faults.fail(act.on, act.times, storeError(act.fault));
        return;
      case "leaseFault":
        if (act.lost) leases.faults.loseResponse(act.on, act.times, storeError("unavailable"));
        else leases.faults.fail(act.on, act.times, storeError("unavailable"));
        return;
      case "watches":
        switch (act.how) {
          case "cut":
            store.cutWatches(storeError("unavailable"));
            return;
          case "silence":
            store.silenceWatches();
            return;
          case "compact":
            store.compact();
            store.cutWatches();
            return;
          case "drop":
            store.faults.dropEvents(act.n);
            return;
          case "delay":
            store.faults.watchDelayMs = act.n * 1000;
            return;
          case "repeat":
            network.repeats = act.n / 10;
            return;
          case "prompt":
            network.repeats = 0;
            store.faults.watchDelayMs = 0;
            return;
        }
    }
  }

  /** What AWS refuses to a person is a part of the story. */
  async #refusable(who: string, what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.#world.trace.note(who, `cannot: ${what}: ${error.message}`);
    }
  }
}

/** Gives every step that is held its approval. */
export function approveAll(world: Simulation): void {
  for (const object of world.store.objects()) {
    const approval = (object.status as { readonly plan?: { readonly approval?: string } } | undefined)?.plan?.approval;
    const held = conditionsOf(object).some(({ reason }) =>
      ["AwaitingApproval", "RolledBack", "VerificationFailed"].includes(reason),
    );
    const given = object.metadata.annotations?.["awsbatch.dev/approve"];
    const asked = approval ?? approvalIn(object);
    if (held && asked !== undefined && asked !== given) world.annotate(object, { "awsbatch.dev/approve": asked });
  }
}

/** A retirement that is held says so in `Retiring`. */
function approvalIn(object: KubeObject): string | undefined {
  const message = conditionsOf(object).find(({ reason }) => reason === "AwaitingApproval")?.message ?? "";
  return /awsbatch\.dev\/approve: "([^"]+)"/.exec(message)?.[1];
}

/** Returns to each object what was repeatedly taken from it, as its message says. */
export async function giveBack({ aws, store }: Simulation): Promise<void> {
  for (const object of store.objects()) {
    const message = conditionsOf(object).find(({ reason }) => reason === "OwnershipTagsLost")?.message ?? "";
    const value = /awsbatch\.dev\/retained-from: "([^"]+)"/.exec(message)?.[1];
    if (value === undefined) continue;
    const named = new Set(message.split(/[^\w-]+/));
    for (const one of aws.truth.computeEnvironments()) {
      const { computeEnvironmentName: name, computeEnvironmentArn: resourceArn, tags, status } = one;
      const isGiven = ownerIn(tags) !== undefined || tags?.[retainedFromTag] === value;
      if (!named.has(name) || status === "DELETED" || isGiven) continue;
      await aws.outside.tagResource({ resourceArn, tags: { [retainedFromTag]: value } });
    }
  }
}

async function makeLegacy({ aws, trace }: Simulation, act: Legacy): Promise<void> {
  trace.note("tool", `makes a ${act.what} ${JSON.stringify(act.request)}`);
  await requestLegacy(aws, act);
}

type Legacy = Extract<Act, { kind: "legacy" }>;

/** @throws ServiceError if AWS refuses it */
export async function requestLegacy({ outside }: Pick<SimulatedAws, "outside">, act: Legacy): Promise<void> {
  if (act.what === "environment") await outside.createComputeEnvironment(act.request as never);
  else if (act.what === "queue") await outside.createJobQueue(act.request as never);
  else if (act.what === "consumable") await outside.createConsumableResource(act.request as never);
  else await outside.registerJobDefinition(act.request as never);
}

const daySeconds = 24 * 3600;

/** As a restore from a backup does, which has no statuses. What a fault of the API server prevents is not lost. */
async function loseStatuses({ store }: Simulation): Promise<void> {
  const { signal } = new AbortController();
  await Promise.allSettled(
    store.objects(BatchJobKind).map((object) => store.applyStatus(BatchJobKind, object, {}, signal)),
  );
}

/** From Git comes what people had written, of all that was not being deleted. */
async function loseCluster(world: Simulation): Promise<void> {
  const objects = world.store.objects();
  // What was on its way out is in no Git, and nobody would ever finish it.
  if (objects.some(({ metadata }) => metadata.deletionTimestamp !== undefined)) return;
  const manifests = objects.map(manifestOf);
  world.loseCluster();
  await world.seconds(10);
  world.apply(...manifests);
}

function awsFault(act: Extract<Act, { kind: "awsFault" }>): Fault {
  switch (act.fault) {
    case "throttle":
      return throttled;
    case "serverFailure":
      return serverFailure;
    case "denied":
      return accessDenied(act.on?.[0] ?? "Anything");
    case "loseRequest":
      return { kind: "loseRequest" };
    case "loseResponse":
      return { kind: "loseResponse" };
    case "delayResponse":
      return { kind: "delayResponse", delayMs: act.ms };
    case "delayRequest":
      return { kind: "delayRequest", delayMs: act.ms };
    case "stale":
      return { kind: "stale", staleMs: act.ms };
  }
}

function storeError(kind: StoreFaultKind): StoreError {
  switch (kind) {
    case "conflict":
      return new StoreError("Conflict", "the object has been modified; read it again");
    case "tooMany":
      return new StoreError("TooManyRequests", "too many requests", 1000);
    default:
      return new StoreError("Unavailable", "connection reset by peer");
  }
}
