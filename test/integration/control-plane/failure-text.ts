import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Condition } from "../../../src/api/object.ts";
import { listed } from "./wait.ts";

/** The parts of an object from which its state is described. */
export interface ObjectShown {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly generation: number; readonly deletionTimestamp?: string };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** A line for each object, with its conditions. */
export function objectsInWords(objects: readonly ObjectShown[]): string {
  const lines = objects.map(({ kind, metadata, status }) => {
    const conditions = (status?.conditions ?? []).map(
      ({ type, status: is, reason, message }) => `${type}=${is} ${reason}: ${message}`,
    );
    const deleted = metadata.deletionTimestamp === undefined ? "" : ", being deleted";
    return `\n${kind} ${metadata.name} (generation ${metadata.generation}${deleted}): ${conditions.join("; ")}`;
  });
  return listed(lines);
}

/** The last lines that operators of a control plane logged about a namespace. @param directory of the control plane */
export async function lastLogged(directory: string, namespace: string, most = 10): Promise<string> {
  const files = (await readdir(directory)).filter((file) => /^operator-.*\.log$/.test(file));
  const logs = await Promise.all(files.map((file) => readFile(join(directory, file), "utf8")));
  const lines = logs.flatMap((log) => log.split("\n")).filter((line) => line.includes(namespace));
  return lines.slice(-most).join("\n");
}
