import type { KubeObject } from "../../../src/api/object.ts";
import type { ComposedFlags } from "../../../src/operator/compose.ts";
import type { AccountNetwork } from "../../../src/simulator/ec2-network.ts";
import type { Knobs } from "../../../src/simulator/knobs.ts";
import { isReady } from "../../world.ts";
import { Simulation } from "../world.ts";

/** A story that runs repeatedly, each time with one fault at another place. */
export interface Story {
  readonly name: string;
  readonly flags?: ComposedFlags;
  readonly knobs?: Partial<Knobs>;
  /** Left out: the default VPC. */
  readonly network?: AccountNetwork;
  /** 1: nobody else carries on what a process left half done. */
  readonly replicas?: number;
  /** How many writes of AWS it takes, and how many of them AWS may refuse (0), when nothing goes wrong. */
  readonly writes: number;
  readonly refused?: number;
  /** Before anything may go wrong; at its end the world is at rest. */
  readonly before?: (world: Simulation) => Promise<void>;
  /** What the user does. Waits between two steps hold for something that stays true once it is. */
  readonly act: (world: Simulation) => Promise<void>;
  /** Whether the story is over; then the world is at rest. Default: all Ready and no transition. */
  readonly over?: (world: Simulation) => boolean;
}

/** AWS in a hurry: the same steps in fewer minutes. */
const knobs: Partial<Knobs> = {
  ec2ValidMs: 6000,
  scalingUpdateMs: 3000,
  infrastructureUpdateMs: 8000,
  deleteEnvironmentMs: 6000,
  queueSettleMs: 3000,
  deleteQueueMs: 5000,
  relationLagMs: 4000,
  ec2InstanceStartMs: 4000,
  containerStartMs: 1000,
  jobStopMs: 2000,
  tombstoneMs: 60_000,
  endpointAvailableMs: 4000,
  endpointDeletedMs: 4000,
};

export function worldOf(story: Story, options: Partial<ConstructorParameters<typeof Simulation>[0]> = {}): Simulation {
  const { replicas = 1, flags = {}, network } = story;
  return new Simulation({ seed: 7, replicas, flags, network, knobs: { ...knobs, ...story.knobs }, ...options });
}

export function isRetiring(object: KubeObject): boolean {
  const { conditions = [] } = (object.status ?? {}) as { readonly conditions?: readonly { readonly type: string }[] };
  return conditions.some(({ type }) => type === "Retiring");
}

/** Every object Ready, nothing being retired or deleted. */
export function allDone(world: Simulation): boolean {
  const objects = world.store.objects();
  return objects.every(
    (object) => isReady(object) && !isRetiring(object) && object.metadata.deletionTimestamp === undefined,
  );
}

export function isOver(story: Story, world: Simulation): boolean {
  return (story.over ?? allDone)(world);
}
