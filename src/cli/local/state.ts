import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { StoredObject, StoreSnapshot } from "../../kube/memory-store.ts";
import type { AwsSnapshot } from "../../simulator/snapshot.ts";
import { CommandError } from "../io.ts";
import { isRecord } from "../validation/defaults.ts";
import { type FileWrites, replaceFile } from "./whole-file.ts";

/** Where a directory of manifests remembers what was made of it; a hidden entry, so that it is never read as a manifest. */
export const stateDirectory = ".aws-batch-operator";

/** What a second start goes on from. Status is no part of it: it is read anew from AWS. */
export interface LocalState {
  readonly clusterUid: string;
  /** Wall time (ms) of the clock that the objects lived by. */
  readonly savedAt: number;
  readonly store: StoreSnapshot;
  /** With `--simulate`: the simulated account, by region. */
  readonly aws?: Readonly<Record<string, AwsSnapshot>>;
}

const version = 1;

/**
 * A simulation and each cluster name have a memory of their own: the same manifests may be in several accounts. JSON by
 * another name: `kubectl apply -R` looks into hidden directories as well.
 */
export function stateFile(directory: string, clusterName: string, simulated: boolean): string {
  return join(directory, stateDirectory, `${simulated ? "simulated" : "aws"}.${clusterName}.state`);
}

/**
 * @returns undefined when nothing is remembered
 * @throws CommandError when the file is there and cannot be used
 */
export function readState(file: string): LocalState | undefined {
  if (!existsSync(file)) return undefined;
  const unusable = (why: string, cause?: unknown): CommandError =>
    new CommandError(
      `${file} ${why}. It says what was made in AWS: bring back an older copy, or remove it and begin anew`,
      { cause },
    );
  let state: unknown;
  try {
    state = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw unusable(`cannot be read (${error instanceof Error ? error.message : String(error)})`, error);
  }
  if (!isRecord(state)) throw unusable("holds no state");
  if (state["version"] !== version) throw unusable(`has version ${String(state["version"])}, not ${version}`);
  if (!isWhole(state)) throw unusable("is not whole");
  return state as unknown as LocalState;
}

/** Whether all that a start goes on from is there; what is within was written by this program. */
function isWhole({ clusterUid, savedAt, store }: Readonly<Record<string, unknown>>): boolean {
  const objects = isRecord(store) && typeof store["resourceVersion"] === "number" ? store["objects"] : undefined;
  return typeof clusterUid === "string" && typeof savedAt === "number" && Array.isArray(objects);
}

/**
 * Whole or not at all: a reader, also after `kill -9`, finds the old file or the new one. What was made in a real AWS
 * outlives a loss of power as well; a simulated account is not worth the wait.
 */
export function writeState(file: string, { clusterUid, savedAt, store, aws }: LocalState, files?: FileWrites): void {
  mkdirSync(join(file, ".."), { recursive: true });
  const objects = store.objects.map(withoutStatus);
  const text = JSON.stringify({ version, clusterUid, savedAt, store: { ...store, objects }, aws });
  replaceFile(file, text, aws === undefined, files);
}

function withoutStatus({ object, applied }: StoredObject): StoredObject {
  const { status: _readAnew, ...kept } = object;
  return { object: kept, applied };
}
