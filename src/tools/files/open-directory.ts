import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { CommandError } from "../../operator/io.ts";

/** A directory that stays the same one while it is open, whatever somebody puts in the place of its path. */
export interface OpenDirectory {
  readonly descriptor: number;
  /** For messages. */
  readonly path: string;
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Node has no openat(2); Linux resolves a name in an open directory by this path (proc_pid_fd(5)). */
const handles = "/proc/self/fd";
const hasHandles = existsSync(handles);

/** The path of a name in an open directory, for a system call. */
export function inside({ descriptor, path }: OpenDirectory, name: string): string {
  // No test can notice a change here: the tests run on Linux, which has handles; the rest is for macOS.
  return hasHandles ? `${handles}/${descriptor}/${name}` : join(path, name);
}

/**
 * Opens the directory at a path below another one, part by part, and none through a link.
 *
 * @param root may be a link: a person has named it
 * @param make whether missing directories are made
 * @param use what happens while it is open
 * @returns undefined if it is missing and was not to be made
 * @throws CommandError if a part is something else than a directory, Error of Node
 */
export function inDirectory<Result>(
  root: string,
  parts: readonly string[],
  make: boolean,
  use: (directory: OpenDirectory) => Result,
): Result | undefined {
  if (make) mkdirSync(root, { recursive: true });
  else if (statSync(root, { throwIfNoEntry: false }) === undefined) return undefined;
  const opened = { descriptor: openSync(root, O_RDONLY | O_DIRECTORY), path: root };
  return descend(opened, parts, make, use);
}

function descend<Result>(
  at: OpenDirectory,
  [part, ...others]: readonly string[],
  make: boolean,
  use: (directory: OpenDirectory) => Result,
): Result | undefined {
  try {
    if (part === undefined) return use(at);
    const next = openedIn(at, part, make);
    return next === undefined ? undefined : descend(next, others, make, use);
  } finally {
    closeSync(at.descriptor);
  }
}

function openedIn(parent: OpenDirectory, name: string, make: boolean): OpenDirectory | undefined {
  const at = inside(parent, name);
  const path = join(parent.path, name);
  const entry = lstatSync(at, { throwIfNoEntry: false });
  if (entry === undefined) {
    if (!make) return undefined;
    mkdirSync(at);
  } else if (!entry.isDirectory()) throw new CommandError(`${path} is ${whatIs(entry)}`);
  return { descriptor: openSync(at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path };
}

/**
 * What has a name in a directory, if it is a regular file; nothing is opened.
 * @returns undefined if nothing has the name
 * @throws CommandError if it is something else
 */
export function fileIn(parent: OpenDirectory, name: string): Stats | undefined {
  const entry = lstatSync(inside(parent, name), { throwIfNoEntry: false });
  if (entry === undefined || entry.isFile()) return entry;
  throw new CommandError(`${join(parent.path, name)} is ${whatIs(entry)}`);
}

/** No file of ours is longer (bytes). */
const longest = 256 * 1024 * 1024;

/** The text of a regular file; undefined: nothing has the name. @throws CommandError, Error of Node */
export function textIn(parent: OpenDirectory, name: string): string | undefined {
  const entry = fileIn(parent, name);
  if (entry === undefined) return undefined;
  // Not blocking: it could be a FIFO by now, without anybody who writes.
  const descriptor = openSync(inside(parent, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const opened = fstatSync(descriptor);
    const path = join(parent.path, name);
    if (!opened.isFile()) throw new CommandError(`${path} is ${whatIs(opened)}`);
    if (opened.size > longest)
      throw new CommandError(`${path} has ${opened.size} bytes, more than ${longest}: remove it`);
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
}

/** What is in the place of a file or a directory, and what a person does about it. */
function whatIs(entry: Stats): string {
  if (entry.isSymbolicLink())
    return "a link, and nothing is read or written through one: remove it, or put in its place what it leads to";
  if (entry.isFile()) return "a file where a directory should be: move it";
  if (entry.isDirectory()) return "a directory where a file should be: move it";
  return "neither a file nor a directory: remove it";
}
