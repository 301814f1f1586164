import { dirname } from "node:path";
import { keyText, type ObjectKey } from "../../api/object.ts";
import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import { BatchJobKind, JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import { CommandError } from "../../operator/io.ts";
import { FilesBelow } from "../files/files-below.ts";
import { editedText } from "../import/edit.ts";
import { isInUse } from "../local/lock.ts";
import { defaultClusterName, stateFile } from "../local/state.ts";
import { type ReadManifests, readDirectory } from "../manifests.ts";
import { documentsOf } from "../validation/manifests.ts";
import type { ValidManifest } from "../validation/validate.ts";
import { yamlOf } from "../validation/yaml-text.ts";
import { inRegionOfQueue, type NewManifest } from "./job-manifest.ts";

/** The manifests of `local`, as a person writes them: `local` reads what changes in its directory. */

/** Whether a `local` runs on the directory, with a simulated or a real AWS. */
export function localRuns(directory: string): boolean {
  return isInUse(dirname(stateFile(directory, defaultClusterName, true)));
}

/** What was done in a directory, unless its manifests are invalid. */
export type Written =
  | {
      readonly kind: "written";
      readonly file: string;
      /** False: the file says so already. */
      readonly isChanged: boolean;
      /** Warnings about the file. */
      readonly notes: ReadManifests["notes"];
    }
  | { readonly kind: "invalid"; readonly read: ReadManifests };

/**
 * Writes a manifest into a file of its own, if the directory is valid with it.
 *
 * @throws CommandError if the directory has a file of this name
 */
export async function addManifest(directory: string, manifest: NewManifest, signal: AbortSignal): Promise<Written> {
  const files = new FilesBelow(directory);
  const name = `${manifest.metadata.name}.yaml`;
  const file = files.pathOf(name);
  if (files.read(name) !== undefined) {
    throw new CommandError(`${file} is there: choose another --name`);
  }
  const text = yamlOf(manifest);
  const read = await readDirectory(directory, signal, { ...documentsOf(file, text), files: [file] });
  if (read.problems.length > 0) return { kind: "invalid", read };
  const placed = await inRegionOfQueue(manifest, (key) => Promise.resolve(queueIn(read, key)));
  files.write(name, yamlOf(placed), "nothing");
  return { kind: "written", file, isChanged: true, notes: read.notes.filter((note) => note.file === file) };
}

function queueIn({ manifests }: ReadManifests, asked: ObjectKey): Pick<JobQueue, "spec"> | undefined {
  const found = manifests.find(
    ({ object, key }) => object.kind === JobQueueKind.kind && keyText(key) === keyText(asked),
  );
  return found?.object as Pick<JobQueue, "spec"> | undefined;
}

/**
 * Sets `spec.cancel: true` in the manifest of a BatchJob, if the directory is valid. Everything else in the file stays as it is.
 *
 * @throws CommandError if there is no such job, or the file is JSON
 */
export async function cancelInManifest(directory: string, key: ObjectKey, signal: AbortSignal): Promise<Written> {
  const read = await readDirectory(directory, signal);
  if (read.problems.length > 0) return { kind: "invalid", read };
  const manifest = read.manifests.find(
    (one) => one.object.kind === BatchJobKind.kind && keyText(one.key) === keyText(key),
  );
  if (manifest === undefined) {
    throw new CommandError(
      `${directory} has no BatchJob ${keyText(key)}: correct the name, or give its namespace with -n`,
    );
  }
  const { file } = manifest.document;
  if ((manifest.object.spec as { readonly cancel?: boolean }).cancel === true) {
    return { kind: "written", file, isChanged: false, notes: [] };
  }
  const files = new FilesBelow(directory);
  const text = files.read(files.nameOf(file)) ?? "";
  const edited = editedText(text, indexIn(text, manifest), [{ path: ["spec", "cancel"], value: true }]);
  if (edited === undefined) {
    throw new CommandError(`${file} is JSON, or has this job in braces: add cancel: true to its spec yourself`);
  }
  files.write(files.nameOf(file), edited, { text });
  return { kind: "written", file, isChanged: true, notes: [] };
}

/** Which of the objects in the text of its file it is. */
function indexIn(text: string, { document }: ValidManifest): number {
  const { line, column } = document.placeOf([]);
  return documentsOf(document.file, text).documents.findIndex((one) => {
    const place = one.placeOf([]);
    return place.line === line && place.column === column;
  });
}
