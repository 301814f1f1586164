import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runOrFail } from "../control-plane/run.ts";

/** A Git repository in a directory, from which Argo CD takes the branch `main`. */
export class Repository {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async in(directory: string): Promise<Repository> {
    await mkdir(directory, { recursive: true });
    const repository = new Repository(directory);
    await repository.#git("init", "--quiet", "--initial-branch=main");
    await repository.#git("config", "user.name", "test");
    await repository.#git("config", "user.email", "test@example.com");
    return repository;
  }

  get url(): string {
    return `file://${this.directory}`;
  }

  /** Commits these files. @param files content by path; undefined removes the file */
  async commit(files: Readonly<Record<string, string | undefined>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.directory, path);
      await mkdir(dirname(file), { recursive: true });
      if (content === undefined) await rm(file);
      else await writeFile(file, content);
    }
    await this.#git("add", "--all");
    await this.#git("commit", "--quiet", "--message", Object.keys(files).join(", "));
  }

  /** Takes back the last commit by a new one. */
  async revert(): Promise<void> {
    await this.#git("revert", "--no-edit", "HEAD");
  }

  async #git(...args: readonly string[]): Promise<void> {
    await runOrFail("git", ["-C", this.directory, ...args]);
  }
}
