import { randomUUID } from "node:crypto";
import { readdirSync, type Stats } from "node:fs";
import { join, normalize, relative, sep } from "node:path";
import { CommandError } from "../../operator/io.ts";
import { type Done, failed } from "./failures.ts";
import { type FileWrites, fileWrites } from "./file-writes.ts";
import { fileIn, inDirectory, inside, type OpenDirectory, textIn } from "./open-directory.ts";

/**
 * What a new text takes the place of: of nothing, of the text that the caller has read, or of whatever the program has in a
 * file of its own, which is for its user alone.
 */
export type Replaced = "nothing" | { readonly text: string } | "own";

/**
 * The files below a directory, for all commands that write any. A person names the directory, but its content may be
 * somebody else's, and a clone of a repository brings its links along. So every part of a path below it is a
 * directory and the file is a regular file, or the call is refused: no link is followed, no FIFO or device opened.
 *
 * On Linux each part is opened in its open parent, so nobody can exchange it between check and use. Elsewhere Node knows
 * paths only: who may write in the directory at that moment could put a link into its place.
 *
 * Every call throws CommandError, with the system's words or with what is in the way and what to do.
 */
export class FilesBelow {
  readonly directory: string;
  readonly #writes: FileWrites;

  /** @param writes replaced in tests */
  constructor(directory: string, writes: FileWrites = fileWrites) {
    this.directory = normalize(directory);
    this.#writes = writes;
  }

  /** The path from the working directory. @param file below the directory, with `/` */
  pathOf(file: string): string {
    return join(this.directory, file);
  }

  /** The reverse of `pathOf`. */
  nameOf(path: string): string {
    return relative(this.directory, path).split(sep).join("/");
  }

  /** Whether there is such a directory. */
  isThere(): boolean {
    return this.#at("", "read", () => true) ?? false;
  }

  /** The text of a file; undefined: there is none. */
  read(file: string): string | undefined {
    return this.#at(file, "read", textIn);
  }

  /** The names in a directory; none where there is no directory. */
  names(directory: string): readonly string[] {
    return this.#at(`${directory}/`, "read", (parent) => readdirSync(inside(parent, "."))) ?? [];
  }

  /**
   * Writes a file whole or not at all, whenever the process is killed. A file that is replaced keeps its permissions.
   *
   * @param isDurable whether that also holds when the machine loses its power, which costs waiting for the disk
   */
  write(file: string, text: string, replaced: Replaced, isDurable = true): void {
    this.#at(file, "written", (parent, name) => {
      const before = checked(parent, name, replaced);
      // Hidden, so that it is never read as a manifest. Nobody can prepare its name.
      const temporary = inside(parent, `.${name}.${randomUUID()}.tmp`);
      const isOwn = replaced === "own";
      const mode = isOwn ? 0o600 : before === undefined ? 0o666 : before.mode & 0o777;
      this.#create(temporary, mode, (descriptor) => {
        this.#writes.write(descriptor, text);
        if (before !== undefined) this.#writes.chmod(descriptor, mode);
        // Some file systems rename at once and write the content later.
        if (isDurable) this.#writes.sync(descriptor);
      });
      try {
        // A person may have written it meanwhile.
        if (!isOwn) checked(parent, name, replaced);
        this.#writes.rename(temporary, inside(parent, name));
      } catch (error) {
        this.#writes.remove(temporary);
        throw error;
      }
      if (isDurable) this.#writes.sync(parent.descriptor);
    });
  }

  /**
   * Writes a short file for its user alone, unless something has its name: of two processes one gets it.
   * @returns whether the name was free
   */
  claim(file: string, text: string): boolean {
    let isFree = true;
    this.#at(file, "written", (parent, name) => {
      try {
        this.#create(inside(parent, name), 0o600, (descriptor) => this.#writes.write(descriptor, text));
      } catch (error) {
        if (!(error instanceof Error) || !("code" in error) || error.code !== "EEXIST") throw error;
        isFree = false;
      }
    });
    return isFree;
  }

  /** Removes a file, if there is one; of a link the link. */
  remove(file: string): void {
    this.#at(file, "removed", (parent, name) => this.#writes.remove(inside(parent, name)));
  }

  /** Makes a directory for its user alone, also one that is there. */
  makePrivate(directory: string): void {
    this.#at(`${directory}/`, "written", ({ descriptor }) => this.#writes.chmod(descriptor, 0o700));
  }

  /** Removes what a killed process left of its writes. Only for who alone writes the file. */
  removeTemporaries(file: string): void {
    const { above, name } = partsOf(file);
    const directory = above.join("/");
    const isTemporary = (one: string): boolean => one.startsWith(`.${name}.`) && one.endsWith(".tmp");
    for (const one of this.names(directory).filter(isTemporary)) this.remove(`${directory}/${one}`);
  }

  /** A new file; nothing of it stays if it cannot be written. */
  #create(path: string, mode: number, fill: (descriptor: number) => void): void {
    const descriptor = this.#writes.create(path, mode);
    try {
      try {
        fill(descriptor);
      } finally {
        this.#writes.close(descriptor);
      }
    } catch (error) {
      this.#writes.remove(path);
      throw error;
    }
  }

  #at<Result>(file: string, done: Done, use: (parent: OpenDirectory, name: string) => Result): Result | undefined {
    const path = this.pathOf(file);
    const { above, name } = partsOf(file);
    try {
      return inDirectory(this.directory, above, done === "written", (parent) => use(parent, name));
    } catch (error) {
      throw failed(error, path, done);
    }
  }
}

/** @throws CommandError if the path leads out of the directory */
function partsOf(file: string): { readonly above: readonly string[]; readonly name: string } {
  const parts = file.split("/");
  const name = parts.pop() ?? "";
  if ([...parts, name].every((part) => part !== ".." && !part.includes("\0")) && !file.startsWith("/")) {
    return { above: parts.filter((part) => part !== "" && part !== "."), name };
  }
  throw new CommandError(`${file} is not below the directory: give the directory that has it`);
}

/**
 * What is there now, if it is what was expected.
 * @throws CommandError if it is something else
 */
function checked(parent: OpenDirectory, name: string, replaced: Replaced): Stats | undefined {
  const entry = fileIn(parent, name);
  const path = join(parent.path, name);
  if (replaced === "nothing" && entry !== undefined) throw new CommandError(`${path} is there already: move it`);
  if (typeof replaced === "object" && textIn(parent, name) !== replaced.text) {
    throw new CommandError(`somebody has changed ${path} just now: run the command again`);
  }
  return entry;
}
