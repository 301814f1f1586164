import { createHash } from "node:crypto";
import { CommandError } from "../../operator/io.ts";
import { isRecord } from "../validation/defaults.ts";
import type { Members } from "./kinds.ts";

/**
 * What an import wrote, kept next to the manifests: the next one finds out by it what has changed in AWS, and what a person
 * has changed. It has the hashes of values only: it goes into Git. Pure.
 */

/** Without an extension by which kubectl, Argo CD or Flux would take it for a manifest. */
export const rememberedFile = ".aws-batch-import";

export interface Remembered {
  /** The specs that were written, `hashed`, by `resourceKey`. */
  readonly specs: ReadonlyMap<string, Members>;
  /** `hashOf` the files that were written for another tool, by path below the directory. */
  readonly files: ReadonlyMap<string, string>;
}

/** By which a file is known as it was written (SHA-256, hexadecimal). */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Enough to notice each change, and too little to be sure of a value that somebody guesses: 48 bits. */
const digits = 12;

/** A value with a short hash in the place of each text, number and yes or no; names and the order of lists stay. */
export function hashed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hashed);
  if (!isRecord(value)) return value === undefined ? undefined : hashOf(JSON.stringify(value)).slice(0, digits);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hashed(member)]));
}

/** @throws CommandError when the text is of something else */
export function rememberedIn(text: string | undefined, path: string): Remembered {
  if (text === undefined) return { specs: new Map(), files: new Map() };
  const remembered = parsed(text);
  if (remembered !== undefined) return remembered;
  throw new CommandError(`${path} is not what an import has written: restore it from Git, or remove it`);
}

function parsed(text: string): Remembered | undefined {
  try {
    const read: unknown = JSON.parse(text);
    if (!isRecord(read)) return undefined;
    // An import without another tool writes no files.
    const { specs, files = {} } = read;
    if (!isRecord(specs) || !Object.values(specs).every(isRecord)) return undefined;
    if (!isRecord(files) || !Object.values(files).every((one) => typeof one === "string")) return undefined;
    return {
      specs: new Map(Object.entries(specs as Record<string, Members>)),
      files: new Map(Object.entries(files as Record<string, string>)),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The text of the file: sorted, so that it changes only with what it remembers. */
export function rememberedText({ specs, files }: Remembered): string {
  const sorted = <Value>(all: ReadonlyMap<string, Value>): object =>
    Object.fromEntries([...all].sort(([left], [right]) => (left < right ? -1 : 1)));
  const written = files.size === 0 ? {} : { files: sorted(files) };
  return `${JSON.stringify({ specs: sorted(specs), ...written }, undefined, 1)}\n`;
}
