import { type Kind, type KubeObject, keyText, type ObjectKey } from "../../api/object.ts";
import { locationAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { classify } from "../../aws/errors.ts";
import { CommandError, exitCodes, type Io } from "../../operator/io.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { shellCommand } from "../../runtime/shell.ts";
import { notBefore } from "../clock.ts";
import { isLocked } from "../local/lock.ts";
import {
  defaultClusterName,
  directoryWords,
  homeRegion,
  isRunAgainstAws,
  type LocalState,
  readState,
  stateFile,
} from "../local/state.ts";
import { SimulatedCloud, simulatedRegion } from "../simulated-cloud.ts";
import type { JobsAccount } from "./account.ts";
import type { SeenObjects } from "./objects.ts";
import { defaultNamespace } from "./options.ts";

interface SavedAccountFlags {
  readonly clusterName?: string;
  readonly region?: string;
  readonly namespace?: string;
}

/** What `local --simulate` has saved with a directory. It is read again with each call, so that a command can follow it. */
export class SavedAccount implements JobsAccount, SeenObjects {
  readonly namespace: string;
  readonly region: string;
  readonly clock = systemClock();
  readonly signal: AbortSignal;
  /** That of `local`. */
  readonly directory: string;
  readonly words: readonly string[];
  readonly #file: string;
  /** Of the command if nothing is saved. */
  readonly #exitCode: number;
  readonly #inRegion: (region: string) => SavedAccount;

  /**
   * @param inRegion of the same account; undefined: that of the flags, else that of the `local` that has saved it
   * @throws CommandError if nothing is saved
   */
  constructor(
    directory: string,
    flags: SavedAccountFlags,
    io: Io,
    exitCode: number = exitCodes.failed,
    inRegion?: string,
  ) {
    const { clusterName = defaultClusterName, namespace = defaultNamespace } = flags;
    this.directory = directory;
    this.words = directoryWords(directory, flags);
    this.namespace = namespace;
    this.#exitCode = exitCode;
    this.#file = stateFile(directory, clusterName, true);
    this.signal = io.interrupted;
    this.region = inRegion ?? flags.region ?? homeRegion(this.#state()) ?? simulatedRegion;
    this.#inRegion = (region) => new SavedAccount(directory, flags, io, exitCode, region);
  }

  /** The account in the region where the operator has an object, which may be another one than that of the command. */
  of(object: BatchJob): SavedAccount {
    const region = regionOf(object) ?? this.region;
    return region === this.region ? this : this.#inRegion(region);
  }

  readonly batch: JobsAccount["batch"] = {
    describeJobs: (input) => answered("DescribeJobs", this.#outside().describeJobs(input)),
    listJobs: (input) => answered("ListJobs", this.#outside().listJobs(input)),
    describeJobQueues: (input) => answered("DescribeJobQueues", this.#outside().describeJobQueues(input)),
  };

  readonly logs: JobsAccount["logs"] = async () => ({
    getLogEvents: (input) => this.cloud().world(this.region).logs.getLogEvents(input),
  });

  async object(kind: Kind, key: ObjectKey): Promise<KubeObject | undefined> {
    return (await this.objects(kind, key.namespace)).find(({ metadata }) => metadata.name === key.name);
  }

  async objects({ kind }: Kind, ofNamespace: string | undefined): Promise<readonly KubeObject[]> {
    const { store, status = {} } = this.#state();
    return store.objects.flatMap(({ object }) => {
      const { uid, namespace } = object.metadata;
      if (object.kind !== kind || namespace !== (ofNamespace ?? namespace)) return [];
      // An earlier version has saved no status.
      return [status[uid] === undefined ? object : { ...object, status: status[uid] }];
    });
  }

  async job(key: ObjectKey): Promise<BatchJob | undefined> {
    return (await this.object(BatchJobKind, key)) as BatchJob | undefined;
  }

  /** @throws CommandError if there is none */
  async get(key: ObjectKey): Promise<BatchJob> {
    const found = await this.job(key);
    if (found !== undefined) return found;
    throw new CommandError(
      `${this.directory} has no BatchJob ${keyText(key)} that local --simulate has applied: ${shellCommand(["jobs", ...this.words])} lists those that there are`,
    );
  }

  /** The account as it was saved last. In it no time passes, and it answers at once. */
  cloud(region = this.region): SimulatedCloud {
    const { savedAt, aws } = this.#state();
    const clock = still(notBefore(this.clock, savedAt));
    const cloud = new SimulatedCloud({ clock, random: Math.random, region }, aws);
    cloud.world(region).knobs.latencyMs = 0;
    return cloud;
  }

  /** @throws CommandError if no `local` runs, which alone goes on with what is saved */
  requireProgress(): void {
    if (isLocked(this.#file)) return;
    throw new CommandError(
      `no local runs on ${this.directory}, so its jobs do not go on: start it in another terminal (${this.#localCommand()}), then run this again`,
    );
  }

  /** Wall time (ms) of the account, which may be ahead of the machine's. */
  now(): number {
    return Math.max(this.clock.now(), this.#state().savedAt);
  }

  close(): void {
    // It has no connection.
  }

  #state(): LocalState {
    const state = readState(this.#file);
    if (state?.aws !== undefined) return state;
    const [exitCode, makes] = [this.#exitCode, `${this.#localCommand()} makes one`];
    if (!isRunAgainstAws(this.directory)) {
      throw new CommandError(`${this.directory} has no simulated account yet: ${makes}`, { exitCode });
    }
    throw new CommandError(
      `${this.directory} is that of a local against AWS, and -f reads what local --simulate keeps: leave out -f and -n, and give the ID of a job, or its name or a queue in AWS by --queue. To simulate it, ${makes}`,
      { exitCode },
    );
  }

  #localCommand(): string {
    return shellCommand(["local", ...this.words, "--simulate"]);
  }

  #outside(): ReturnType<SimulatedCloud["world"]>["outside"] {
    return this.cloud().world(this.region).outside;
  }
}

/** As the operator has recorded it; the spec of a job that it has not seen yet may name none. */
function regionOf({ metadata, spec, status }: BatchJob): string | undefined {
  const [, recorded] = metadata.annotations?.[locationAnnotation]?.split("/") ?? [];
  return status?.region ?? recorded ?? spec.region;
}

/** What a call answers. @throws AwsError */
async function answered<Answer>(operation: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw classify(error, `batch:${operation}`);
  }
}

/** Nothing goes on in what was saved: the process that saved it goes on with it. */
function still(clock: Clock): Clock {
  return { ...clock, schedule: () => ({ cancel: () => undefined }) };
}
