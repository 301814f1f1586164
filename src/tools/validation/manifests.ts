import { isUtf8 } from "node:buffer";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { isRecord } from "./defaults.ts";
import type { Path, Problem, TextPlace } from "./problem.ts";
import { templateMessage, templatePlace } from "./unrendered.ts";
import { parseYaml } from "./yaml.ts";

/** One Kubernetes object as written, with the place of each of its parts. */
export interface ManifestDocument {
  readonly file: string;
  readonly value: unknown;
  /** The place of the deepest part of `path` that is there. */
  readonly placeOf: (path: Path) => TextPlace;
}

export interface LoadedManifests {
  readonly documents: readonly ManifestDocument[];
  readonly problems: readonly Problem[];
  /** Every manifest file, in order. */
  readonly files: readonly string[];
}

/** No manifest of a person is larger; an object in Kubernetes may have 1.5 MiB. */
const fileBytesMax = 4 * 1024 * 1024;
const extensions = new Set([".yaml", ".yml", ".json"]);
/**
 * A YAML file in the directory of manifests that describes the account for `local --simulate`. Its name has no extension
 * by which kubectl, Argo CD or Flux would take it for a manifest.
 */
export const simulatedAccountFile = "simulated-aws.conf";

/**
 * Reads the manifests of a file, or of a directory and those below it; hidden entries and other files are left out,
 * and links are followed to files of the directory. Several documents per file and `kind: List` are taken apart. Whatever is wrong with
 * a file is a problem of it, and the others are read all the same.
 * @throws the signal's reason
 */
export async function loadManifests(path: string, signal: AbortSignal): Promise<LoadedManifests> {
  const found = await manifestFiles(path);
  const loaded = await Promise.all(found.files.map((file) => loadFile(file, signal)));
  return {
    documents: loaded.flatMap(({ documents }) => documents),
    problems: [...found.problems, ...loaded.flatMap(({ problems }) => problems)],
    files: found.files,
  };
}

interface FoundFiles {
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

async function manifestFiles(path: string): Promise<FoundFiles> {
  const entry = await ifPossible(() => stat(path));
  if (entry.kind === "failed") return { files: [], problems: [fileProblem(path, entry.message)] };
  if (entry.value.isFile()) return { files: [path], problems: [] };
  if (entry.value.isDirectory()) return await filesBelow(path, await realpath(path));
  return { files: [], problems: [fileProblem(path, "is neither a file nor a directory")] };
}

/** @param root the directory that was given, without links */
async function filesBelow(directory: string, root: string): Promise<FoundFiles> {
  const listed = await ifPossible(() => readdir(directory, { withFileTypes: true }));
  if (listed.kind === "failed") return { files: [], problems: [fileProblem(directory, listed.message)] };
  const entries = listed.value
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  const found = await Promise.all(
    entries.map(async (entry): Promise<FoundFiles> => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return await filesBelow(path, root);
      if (!extensions.has(extname(entry.name))) return { files: [], problems: [] };
      return entry.isFile() ? { files: [path], problems: [] } : await linkedFile(path, root);
    }),
  );
  return {
    files: found.flatMap(({ files }) => files),
    problems: found.flatMap(({ problems }) => problems),
  };
}

/**
 * What bears a manifest's name and cannot be read as one is a problem: left out, its object would seem removed. So is a link out of the
 * directory: the clone of a repository brings it along, and what it leads to would be in the messages of a public pipeline.
 */
async function linkedFile(path: string, root: string): Promise<FoundFiles> {
  const target = await ifPossible(async () => ({ file: await realpath(path), entry: await stat(path) }));
  if (target.kind === "failed") return { files: [], problems: [fileProblem(path, `${target.message}: a broken link`)] };
  const { file, entry } = target.value;
  if (!entry.isFile()) {
    return { files: [], problems: [fileProblem(path, "is not a regular file: remove it, or rename it")] };
  }
  if (file.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) return { files: [path], problems: [] };
  return { files: [], problems: [fileProblem(path, "is a link out of the directory: put the file in its place")] };
}

interface LoadedFile {
  readonly documents: readonly ManifestDocument[];
  readonly problems: readonly Problem[];
}

async function loadFile(file: string, signal: AbortSignal): Promise<LoadedFile> {
  const bytes = await ifPossible(() => readLimited(file));
  // Reading takes no time that anybody notices, parsing may.
  signal?.throwIfAborted();
  if (bytes.kind === "failed") return { documents: [], problems: [fileProblem(file, bytes.message)] };
  if (isUtf8(bytes.value)) return documentsOf(file, new TextDecoder().decode(bytes.value));
  const problem = fileProblem(file, "is not UTF-8 text: save it as UTF-8");
  return { documents: [], problems: [{ ...problem, line: firstLineNotUtf8(bytes.value) }] };
}

/** In UTF-8 the byte of a line feed is part of no other character. */
function firstLineNotUtf8(bytes: Buffer): number {
  for (let line = 1, start = 0; ; line++) {
    const end = bytes.indexOf("\n", start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}

/** The documents of one file's text. */
export function documentsOf(file: string, text: string): LoadedFile {
  const { documents, errors } = parseYaml(text);
  const template = errors.length === 0 ? undefined : templatePlace(text);
  if (template !== undefined) {
    return { documents: [], problems: [{ file, ...template, field: "", message: templateMessage }] };
  }
  return {
    documents: documents.flatMap(({ value, placeOf }) => itemsOf({ file, value, placeOf })),
    problems: errors.map(({ message, ...place }) => ({ file, ...place, field: "", message })),
  };
}

/** The objects of a `List`, and of the lists in it, as kubectl takes them apart; any other object alone. */
function itemsOf(document: ManifestDocument): ManifestDocument[] {
  const { file, value, placeOf } = document;
  if (!isRecord(value) || !Array.isArray(value["items"]) || !isListKind(value["kind"])) return [document];
  return value["items"].flatMap((item: unknown, index) =>
    itemsOf({ file, value: item, placeOf: (path) => placeOf(["items", index, ...path]) }),
  );
}

function isListKind(kind: unknown): boolean {
  return typeof kind === "string" && kind.endsWith("List");
}

async function readLimited(file: string): Promise<Buffer> {
  const { size } = await stat(file);
  if (size > fileBytesMax) throw new Error(`has ${size} bytes, more than ${fileBytesMax}: split it`);
  return await readFile(file);
}

type Attempt<Value> =
  | { readonly kind: "done"; readonly value: Value }
  | { readonly kind: "failed"; readonly message: string };

/** Anything that the file system or its content refuses is a message about that file. */
async function ifPossible<Value>(attempt: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { kind: "done", value: await attempt() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { kind: "failed", message: readMessage(error) };
  }
}

function readMessage(error: Error): string {
  const code = "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
      return "there is no such file or directory";
    case "EACCES":
      return "may not be read: check its permissions";
    default:
      return error.message;
  }
}

function fileProblem(file: string, message: string): Problem {
  return { file, field: "", message };
}
