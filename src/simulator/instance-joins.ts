import type { Environment } from "../aws/batch.ts";
import { isFargate } from "./compute-environment-rules.ts";
import type { ComputeEnvironments } from "./compute-environments.ts";
import type { Ec2 } from "./ec2.ts";
import type { World } from "./world.ts";

/** Whether the instances of environments start, and join their cluster. */
export class InstanceJoins {
  readonly #world: World;
  readonly #environments: ComputeEnvironments;
  readonly #ec2: Ec2;
  /** Environment ARNs without instances and without a reason from AWS: an exhausted quota of EC2. */
  readonly silentlyShort = new Set<string>();
  /** Since when no started instance of an environment has joined its cluster (monotonic). */
  readonly #notJoinedSince = new Map<string, number>();

  constructor(world: World, environments: ComputeEnvironments, ec2: Ec2) {
    this.#world = world;
    this.#environments = environments;
    this.#ec2 = ec2;
  }

  /** Whether an environment has no instance for a job yet. One whose instances never join is finally INVALID. */
  isAwaited(environment: Environment): boolean {
    const { computeEnvironmentArn: arn, computeResources: resources, containerOrchestrationType: kind } = environment;
    if (this.silentlyShort.has(arn)) return true;
    if (resources === undefined || isFargate(resources) || this.#ec2.whyNoInstanceJoins(resources) === undefined) {
      this.#notJoinedSince.delete(arn);
      return false;
    }
    const now = this.#world.clock.monotonic();
    const since = this.#notJoinedSince.get(arn) ?? now;
    this.#notJoinedSince.set(arn, since);
    if (now - since < this.#world.knobs.neverJoinedMs) return true;
    this.#notJoinedSince.delete(arn);
    const [things, cluster] = kind === "EKS" ? ["nodes", "EKS"] : ["instances", "ECS"];
    this.#environments.invalidateOnce(
      arn,
      `Your compute environment has been INVALIDATED and scaled down because none of the ${things} joined the underlying ${cluster} Cluster. Common issues preventing ${things} joining are the following: VPC/Subnet configuration preventing communication to ${cluster}, incorrect Instance Profile policy preventing authorization to ${cluster}, or customized AMI or LaunchTemplate configurations affecting ${cluster} agent.`,
    );
    return true;
  }
}
