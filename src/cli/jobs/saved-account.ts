import { type Kind, type KubeObject, keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind, JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { shell } from "../../runtime/shell.ts";
import type { SimulatedAws } from "../../simulator/simulated-aws.ts";
import { notBefore } from "../clock.ts";
import { CommandError, type Io } from "../io.ts";
import { isLocked } from "../local/lock.ts";
import { type LocalState, readState, stateFile } from "../local/state.ts";
import { SimulatedCloud, simulatedRegion } from "../simulated-cloud.ts";
import type { JobsAccount } from "./account.ts";

/** What `local --simulate` has saved with a directory. It is read again with each call, so that a command can follow it. */
export class SavedAccount implements JobsAccount {
  readonly region: string;
  readonly clock = systemClock();
  readonly signal: AbortSignal;
  /** That of `local`. */
  readonly directory: string;
  readonly #file: string;

  /** @throws CommandError if nothing is saved */
  constructor(
    directory: string,
    { clusterName = "local", region = simulatedRegion }: { readonly clusterName?: string; readonly region?: string },
    { interrupted }: Io,
  ) {
    this.directory = directory;
    this.#file = stateFile(directory, clusterName, true);
    this.region = region;
    this.signal = interrupted;
    this.#state();
  }

  readonly batch: JobsAccount["batch"] = {
    describeJobs: (input) => this.#world().outside.describeJobs(input),
    listJobs: (input) => this.#world().outside.listJobs(input),
    describeJobQueues: (input) => this.#world().outside.describeJobQueues(input),
  };

  readonly logs: JobsAccount["logs"] = async () => ({
    getLogEvents: (input) => this.#world().logs.getLogEvents(input),
  });

  /** The BatchJobs of the manifests, without status. */
  jobs(): readonly BatchJob[] {
    return this.#objects(BatchJobKind) as readonly KubeObject[] as readonly BatchJob[];
  }

  /** The names of the JobQueues of the manifests. */
  queues(): readonly string[] {
    return this.#objects(JobQueueKind).map(({ metadata }) => metadata.name);
  }

  /** One of them. */
  object(key: ObjectKey): BatchJob | undefined {
    return this.jobs().find(({ metadata }) => keyText(metadata) === keyText(key));
  }

  /** @throws CommandError if no `local` runs, which alone goes on with what is saved */
  requireProgress(): void {
    if (isLocked(this.#file)) return;
    throw new CommandError(
      `no local runs on ${this.directory}, so its jobs do not go on: start it in another terminal (${shell`local -f ${this.directory} --simulate`}), then run this again`,
    );
  }

  /** Wall time (ms) of the account, which may be ahead of the machine's. */
  now(): number {
    return Math.max(this.clock.now(), this.#state().savedAt);
  }

  close(): void {
    // It has no connection.
  }

  #objects({ kind }: Kind): readonly KubeObject[] {
    return this.#state().store.objects.flatMap(({ object }) => (object.kind === kind ? [object] : []));
  }

  #state(): LocalState {
    const state = readState(this.#file);
    if (state?.aws !== undefined) return state;
    throw new CommandError(
      `${this.directory} has no simulated account yet: ${shell`local -f ${this.directory} --simulate`} makes one`,
    );
  }

  #world(): SimulatedAws {
    const { savedAt, aws } = this.#state();
    const clock = still(notBefore(this.clock, savedAt));
    const world = new SimulatedCloud({ clock, random: Math.random, region: this.region }, aws).world(this.region);
    world.knobs.latencyMs = 0;
    return world;
  }
}

/** Nothing goes on in what was saved: the process that saved it goes on with it. */
function still(clock: Clock): Clock {
  return { ...clock, schedule: () => ({ cancel: () => undefined }) };
}
