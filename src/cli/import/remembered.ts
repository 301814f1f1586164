import { CommandError } from "../io.ts";
import { isRecord } from "../validation/defaults.ts";
import type { Members } from "./kinds.ts";

/**
 * What an import wrote, kept next to the manifests: the next one finds out by it what has changed in AWS, and what a person
 * has changed. Values that are probably secrets are not in it. Pure.
 */

/** Without an extension by which kubectl, Argo CD or Flux would take it for a manifest. */
export const rememberedFile = ".aws-batch-import";

/** The specs that were written, by `resourceKey`. */
export type Remembered = ReadonlyMap<string, Members>;

/** @throws CommandError when the text is of something else */
export function rememberedIn(text: string | undefined, path: string): Remembered {
  if (text === undefined) return new Map();
  const specs = specsIn(text);
  if (specs === undefined) {
    throw new CommandError(`${path} is not what an import has written: restore it from Git, or remove it`);
  }
  return new Map(Object.entries(specs));
}

function specsIn(text: string): Readonly<Record<string, Members>> | undefined {
  try {
    const read: unknown = JSON.parse(text);
    const specs = isRecord(read) ? read["specs"] : undefined;
    return isRecord(specs) && Object.values(specs).every(isRecord) ? (specs as Record<string, Members>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The text of the file: sorted, so that it changes only with the specs. */
export function rememberedText(specs: Remembered): string {
  const sorted = [...specs].sort(([left], [right]) => (left < right ? -1 : 1));
  return `${JSON.stringify({ specs: Object.fromEntries(sorted) }, undefined, 1)}\n`;
}
