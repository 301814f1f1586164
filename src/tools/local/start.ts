import { randomUUID } from "node:crypto";
import { counted } from "../../api/words.ts";
import { MemoryStore } from "../../kube/memory-store.ts";
import { type Cloud, type CloudWithLogs, realCloud } from "../../operator/cloud.ts";
import { ComposedOperator, unobserved } from "../../operator/compose.ts";
import { exitCodes, type Io, styleOf } from "../../operator/io.ts";
import { roomLimits } from "../../runtime/cache-limits.ts";
import { type Clock, systemClock, type Timer, VirtualClock } from "../../runtime/clock.ts";
import { shellCommand, shellWord } from "../../runtime/shell.ts";
import { jsonLine } from "../../runtime/visible.ts";
import { notBefore, pace } from "../clock.ts";
import { type ReadManifests, withSchemaDefaults } from "../manifests.ts";
import { accountText, readAccount } from "../simulated-account.ts";
import { SimulatedCloud, simulatedRegion } from "../simulated-cloud.ts";
import { asciiOutput } from "../terminal/ascii.ts";
import { paintFor } from "../terminal/paint.ts";
import { validationText } from "../validate.ts";
import type { ManifestSource } from "./directory.ts";
import type { Outcome } from "./goal.ts";
import { jsonView } from "./json-view.ts";
import { LiveView } from "./live-view.ts";
import { localLog } from "./log.ts";
import { observedStore } from "./observed-store.ts";
import type { LocalFlags, LocalOptions } from "./options.ts";
import { plainView } from "./plain-view.ts";
import { conflicts, LocalSession } from "./session.ts";
import { directoryWords, type LocalState, readState, stateFile, writeState } from "./state.ts";
import type { Heading, View } from "./view.ts";
import { type AwsWrite, tappedCloud } from "./writes.ts";

/** Input of `local`: consistent options and valid manifests. */
export interface LocalStart {
  readonly flags: LocalFlags;
  readonly options: LocalOptions;
  readonly source: ManifestSource;
  readonly read: ReadManifests;
  /** Fingerprint of the source, taken before the read. */
  readonly fingerprint: string;
  readonly io: Io;
  /** Default: from the flags. */
  readonly cloud?: CloudWithLogs;
  /** Real time; replaced in tests. */
  readonly real?: Clock;
  /** The time of operator and simulated AWS; default: that of the machine, and a simulated one at the requested speed. */
  readonly world?: Clock;
  /** Shows the session in another way too, from its start to its end. */
  readonly serve?: ((parts: LocalParts) => Promise<ServedSession>) | undefined;
}

/** The parts of a session that another way to show it reads. */
export interface LocalParts {
  readonly store: MemoryStore;
  readonly cloud: CloudWithLogs;
  /** The time of operator and AWS. */
  readonly clock: Clock;
  readonly heading: Heading;
}

export interface ServedSession {
  /** The address for a person. */
  readonly url: string;
  close(): Promise<void>;
}

/** Composes store, AWS, operator and view, and runs them to the end. Returns the exit code. */
export async function startLocal(start: LocalStart): Promise<number> {
  const { flags, options, source, read, io, real = systemClock() } = start;
  const file = stateFile(options.directory, options.clusterName, options.simulate);
  const before = options.fresh ? undefined : readState(file);
  const clusterUid = before?.clusterUid ?? randomUUID();
  const paced = start.world === undefined && options.simulate ? new VirtualClock(real.now()) : undefined;
  const world = start.world ?? paced ?? real;
  const clock = options.simulate ? notBefore(world, before?.savedAt ?? 0) : world;
  const simulated = options.simulate ? simulatedCloud(flags, clock, before) : undefined;
  const cloud = start.cloud ?? simulated ?? (await realCloud(flags, io.env, io.interrupted));

  const text = simulated === undefined ? undefined : accountText(options.directory);
  const described = simulated === undefined ? source : withAccount(source, options.directory, simulated);
  if (simulated !== undefined) {
    const { account, problems } = readAccount(options.directory);
    if (problems.length > 0) {
      refuse({ ...read, problems }, options, io);
      return exitCodes.failed;
    }
    if (account !== undefined) simulated.describe(account);
  }

  const store = new MemoryStore({ clock, newUid: randomUUID, admit: withSchemaDefaults });
  if (before !== undefined) store.restore(before.store);
  const problems = conflicts(read, store);
  if (problems.length > 0) {
    refuse({ ...read, problems }, options, io);
    return exitCodes.failed;
  }
  const save = (): void => {
    const aws = simulated === undefined ? {} : { aws: simulated.snapshot() };
    writeState(file, { clusterUid, savedAt: clock.now(), store: store.snapshot(), ...aws });
  };
  const saving = new Soon(real, save, (error) => session.fail(error));
  /** Before a write to AWS that needs it. */
  const saveFirst = (): void => {
    try {
      save();
    } catch (error) {
      session.fail(error);
      throw error;
    }
  };
  const heading = headingOf(options, cloud);
  const view = viewFor(options, heading, { clock, real }, io);
  simulated?.onChange((change) => {
    view.awsChange(change);
    saving.ask();
  });
  const session = new LocalSession({
    source: described,
    store,
    real,
    view,
    save,
    prune: options.prune,
    deleteAll: options.deleteAll,
    until: options.until,
    timeoutMs: options.timeoutMs,
    interrupted: io.interrupted,
    operate: async (signal) => {
      await composed.run(signal);
    },
  });
  const writes = { count: 0 };
  const report = (write: AwsWrite): void => {
    writes.count++;
    view.awsWrite(write);
  };
  const composed = new ComposedOperator({
    flags: { ...flags, clusterName: options.clusterName },
    region: cloud.region,
    clusterUid,
    roomLimits,
    ports: {
      clock,
      random: Math.random,
      log: localLog(real, flags.logLevel ?? "warn", io.stderr.isTerminal, (text) => view.log(text)),
      store: () =>
        observedStore(store, {
          onWrite: (what) => {
            // Objects and a simulated account are saved as one, so an older state of both is as good.
            if (simulated !== undefined) saving.ask();
            else if (what === "metadata") saveFirst();
            session.changed();
          },
          onEvent: (event) => view.event(event),
        }),
      // The lock on the directory replaces the Lease: the process holds it until it ends.
      election: undefined,
      openCloud: async () => tappedCloud(cloud, report),
      // A simulated AWS that starts with this process had no writer before; the real one may have had one just before.
      awsIsNew: simulated !== undefined && before === undefined,
      ...unobserved,
    },
  });

  if (before !== undefined && before.store.objects.length > 0 && !options.deleteAll)
    view.notice(goesOnText(before, file));
  const served = await start.serve?.({ store, cloud, clock, heading });
  if (served !== undefined) view.notice(`open ${served.url}`);
  const stop = new AbortController();
  const pacing = paced === undefined ? undefined : pace(paced, real, options.speed, stop.signal);
  try {
    const end = await session.run(read, withText(start.fingerprint, text));
    view.end({ ...end, awsWrites: writes.count, simulated: options.simulate, next: nextCommand(options, io.program) });
    return exitCodeOf(end.outcome);
  } finally {
    await served?.close();
    stop.abort(new Error("the session has ended"));
    await pacing;
    saving.cancel();
    try {
      save();
    } finally {
      view.close();
    }
  }
}

/** Shows the problems of manifests that are not applied. */
export function refuse(read: ReadManifests, { output }: LocalOptions, io: Io): void {
  if (output === "json") {
    io.stdout.write(jsonLine({ type: "edit", valid: false, problems: read.problems }));
  }
  io.stderr.write(validationText(read, paintFor(styleOf(io.stderr, io.env))));
}

/** The manifests, and with each read the account described in their directory. */
function withAccount(source: ManifestSource, directory: string, cloud: SimulatedCloud): ManifestSource {
  return {
    name: source.name,
    fingerprint: async () => withText(await source.fingerprint(), accountText(directory)),
    read: async (signal) => {
      const read = await source.read(signal);
      const { account, problems } = readAccount(directory);
      if (account !== undefined) cloud.describe(account);
      return { ...read, problems: [...read.problems, ...problems] };
    },
  };
}

function withText(fingerprint: string, account: string | undefined): string {
  return account === undefined ? fingerprint : `${fingerprint}\n${account}`;
}

function simulatedCloud(flags: LocalFlags, clock: Clock, before: LocalState | undefined): SimulatedCloud {
  return new SimulatedCloud({ clock, random: Math.random, region: flags.region ?? simulatedRegion }, before?.aws);
}

function headingOf({ directory, clusterName, speed }: LocalOptions, cloud: Cloud): Heading {
  return { directory, clusterName, speed, cloud: cloud.label, region: cloud.region };
}

function viewFor(
  { output }: LocalOptions,
  heading: Heading,
  { clock, real }: { readonly clock: Clock; readonly real: Clock },
  io: Io,
): View {
  const now = (): number => clock.now();
  if (output === "json") return jsonView(io.stdout, io.stderr, now, heading);
  const style = styleOf(io.stdout, io.env);
  // A dumb terminal cannot go back to a line.
  if (!io.stdout.isTerminal || io.env["TERM"] === "dumb") return plainView(io.stdout, io.stderr, now, heading);
  const terminal = style.unicode ? io.stdout : asciiOutput(io.stdout);
  return new LiveView({ output: terminal, paint: paintFor(style), real, now, heading });
}

function goesOnText({ store, savedAt, aws }: LocalState, file: string): string {
  const since = new Date(savedAt).toISOString().slice(0, 16).replace("T", " ");
  const scratch = aws === undefined ? `--delete them and remove ${shellWord(file)}` : "add --fresh";
  // The clock of a simulated account runs ahead of this machine's.
  const when = aws === undefined ? `of ${since} UTC` : `at ${since} UTC of the simulated time`;
  return `continuing with ${counted(store.objects.length, "object")} ${when}; to start from scratch, ${scratch}`;
}

/** What shows most next: a change, and how the operator carries it out. */
function nextCommand(options: LocalOptions, program: string): string | undefined {
  const { simulate, until, directory, speed } = options;
  if (!simulate || until !== "ready") return undefined;
  const words = ["local", ...directoryWords(directory, options), "--simulate"];
  return `${program} ${shellCommand([...words, ...(speed === 1 ? [] : ["--speed", String(speed)])])}`;
}

function exitCodeOf(outcome: Outcome): number {
  switch (outcome.kind) {
    case "reached":
    case "interrupted":
      return exitCodes.done;
    case "stalled":
      return exitCodes.failed;
    case "timeout":
      return exitCodes.timeout;
  }
}

const soonMs = 100;

/** Runs a task once, shortly after one or more requests. */
class Soon {
  readonly #clock: Clock;
  readonly #task: () => void;
  readonly #onError: (error: unknown) => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, task: () => void, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#task = task;
    this.#onError = onError;
  }

  ask(): void {
    this.#timer ??= this.#clock.schedule(soonMs, () => {
      this.#timer = undefined;
      try {
        this.#task();
      } catch (error) {
        this.#onError(error);
      }
    });
  }

  cancel(): void {
    this.#timer?.cancel();
  }
}
