import { join } from "node:path";
import type { StoredObject, StoreSnapshot } from "../../kube/memory-store.ts";
import { CommandError } from "../../operator/io.ts";
import type { AwsSnapshot } from "../../simulator/snapshot.ts";
import type { FileWrites } from "../files/file-writes.ts";
import { FilesBelow } from "../files/files-below.ts";
import { isRecord } from "../validation/defaults.ts";
import { ensureStateDirectory, placeOfState } from "./state-directory.ts";

/** The state of a directory of manifests; hidden, so that it is never read as a manifest. */
export const stateDirectory = ".aws-batch-operator";

/** The state for the next start. */
export interface LocalState {
  readonly clusterUid: string;
  /** Wall time (ms) of the objects' clock. */
  readonly savedAt: number;
  /** Without status, which the next start reads from AWS again. */
  readonly store: StoreSnapshot;
  /** With `--simulate`: the status of objects by their uid, for other commands. */
  readonly status?: Readonly<Record<string, unknown>>;
  /** With `--simulate`: the simulated account, by region. */
  readonly aws?: Readonly<Record<string, AwsSnapshot>>;
}

/** The default region of the simulated account that is saved: `local` makes that one first. Undefined: none is saved. */
export function homeRegion({ aws = {} }: Pick<LocalState, "aws">): string | undefined {
  return Object.keys(aws)[0];
}

const version = 1;

/** The cluster name of a simulation that is given none. */
export const defaultClusterName = "local";

/** What leads a command to a directory of `local` and its state, e.g. `-f`, `examples`, `--cluster-name`, `mine`. */
export function directoryWords(
  directory: string,
  {
    clusterName = defaultClusterName,
    region,
  }: { readonly clusterName?: string | undefined; readonly region?: string | undefined },
): readonly string[] {
  const ofCluster = clusterName === defaultClusterName ? [] : ["--cluster-name", clusterName];
  return ["-f", directory, ...ofCluster, ...(region === undefined ? [] : ["--region", region])];
}

/**
 * A simulation and each cluster name have a separate state, because the same manifests may be in several accounts. The
 * JSON file has another extension, because `kubectl apply -R` also reads hidden directories.
 */
export function stateFile(directory: string, clusterName: string, simulated: boolean): string {
  return join(directory, stateDirectory, `${simulated ? "simulated" : "aws"}.${clusterName}.state`);
}

/** Whether `local` has run on the directory against AWS, under any cluster name. */
export function isRunAgainstAws(directory: string): boolean {
  return new FilesBelow(directory)
    .names(stateDirectory)
    .some((name) => name.startsWith("aws.") && name.endsWith(".state"));
}

/**
 * @returns undefined without a state
 * @throws CommandError if the file exists and cannot be used, or is a link
 */
export function readState(file: string): LocalState | undefined {
  const place = placeOfState(file);
  const text = place.files.read(place.file);
  if (text === undefined) return undefined;
  const unusable = (why: string, cause?: unknown): CommandError =>
    new CommandError(
      `${file} ${why}. It lists what was created in AWS: restore an older copy, or remove it to start from scratch`,
      { cause },
    );
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch (error) {
    throw unusable(`cannot be read (${error instanceof Error ? error.message : String(error)})`, error);
  }
  if (!isRecord(state)) throw unusable("contains no state");
  if (state["version"] !== version) throw unusable(`has version ${String(state["version"])}, not ${version}`);
  if (!isWhole(state)) throw unusable("is not whole");
  return state as unknown as LocalState;
}

/** Whether the state is complete; this program wrote its contents. */
function isWhole({ clusterUid, savedAt, store }: Readonly<Record<string, unknown>>): boolean {
  const objects = isRecord(store) && typeof store["resourceVersion"] === "number" ? store["objects"] : undefined;
  return typeof clusterUid === "string" && typeof savedAt === "number" && Array.isArray(objects);
}

/** What is done from then on would be forgotten: the operator has to stop. */
export class StateNotWritten extends CommandError {
  constructor(cause: CommandError) {
    super(
      `${cause.message}. The operator stops, because it would forget what it does in AWS. Make room for the file, or its directory writable, then start again`,
      { cause },
    );
    this.name = "StateNotWritten";
  }
}

/**
 * Atomic: a reader, also after `kill -9`, finds the old file or the new one. The state of a real AWS also survives a loss
 * of power; for a simulated account that is not worth the wait. The status of an object is kept with a simulated account
 * alone: that is saved after each change, and the state of a real one only before writes.
 *
 * @throws StateNotWritten if the file system refuses it; the old state is then still there
 */
export function writeState(
  file: string,
  { clusterUid, savedAt, store, aws }: Omit<LocalState, "status">,
  writes?: FileWrites,
): void {
  const objects = store.objects.map(withoutStatus);
  const status = aws === undefined ? undefined : statusByUid(store);
  const text = JSON.stringify({ version, clusterUid, savedAt, store: { ...store, objects }, status, aws });
  try {
    const place = placeOfState(file, writes);
    ensureStateDirectory(place);
    place.files.write(place.file, text, "own", aws === undefined);
  } catch (error) {
    if (error instanceof CommandError) throw new StateNotWritten(error);
    throw error;
  }
}

function statusByUid({ objects }: StoreSnapshot): NonNullable<LocalState["status"]> {
  return Object.fromEntries(objects.map(({ object }) => [object.metadata.uid, object.status]));
}

function withoutStatus({ object, applied }: StoredObject): StoredObject {
  const { status: _status, ...kept } = object;
  return { object: kept, applied };
}
