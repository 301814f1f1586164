import type { ComputeEnvironments } from "./compute-environments.ts";
import type { StoredJob } from "./stored-job.ts";

/** The vCPUs that jobs take of their environment, from their placement to their end; it scales with them. */
export class EnvironmentLoad {
  readonly #environments: ComputeEnvironments;
  /** By job id, and of all jobs of an environment. */
  readonly #taken = new Map<string, { readonly environmentArn: string; readonly vcpus: number }>();
  readonly #used = new Map<string, number>();

  constructor(environments: ComputeEnvironments) {
    this.#environments = environments;
  }

  used(environmentArn: string): number {
    return this.#used.get(environmentArn) ?? 0;
  }

  take({ id, vcpus }: StoredJob, environmentArn: string): void {
    this.#taken.set(id, { environmentArn, vcpus });
    this.#used.set(environmentArn, this.used(environmentArn) + vcpus);
  }

  release(id: string): void {
    const taken = this.#taken.get(id);
    if (taken === undefined) return;
    this.#taken.delete(id);
    this.#used.set(taken.environmentArn, this.used(taken.environmentArn) - taken.vcpus);
  }

  scale(environmentArn: string): void {
    this.#environments.scaleTo(environmentArn, this.used(environmentArn));
  }
}
