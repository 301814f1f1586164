/** Programs that some tests run and that npm does not install. */

import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";

export interface Tool {
  readonly name: string;
  /** Why it cannot be used here; undefined: it can. */
  readonly missing: () => string | undefined;
  /** The command that installs it, on Debian. */
  readonly install: string;
  /** The tests that need it, to follow "without it". */
  readonly tests: string;
  /** Their files, from the root. */
  readonly files: readonly string[];
}

export const promtool: Tool = {
  name: "promtool",
  missing: () => missingIn("promtool"),
  install: "apt-get install prometheus",
  tests: "when alerts fire",
  files: ["test/packaging/monitoring.test.ts"],
};

export const prometheus: Tool = {
  name: "prometheus",
  missing: () => missingIn("prometheus"),
  install: "apt-get install prometheus",
  tests: "what the dashboard shows",
  files: ["test/packaging/dashboard.test.ts"],
};

export const buildah: Tool = {
  name: "buildah",
  missing: () =>
    missingIn("buildah") ?? (process.getuid?.() === 0 ? undefined : "buildah's chroot isolation needs root"),
  install: "apt-get install buildah",
  tests: "the image",
  files: ["test/packaging/image.test.ts"],
};

export const python: Tool = {
  name: "python3",
  missing: () => {
    const check = "import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 11) else 1)";
    return (
      missingIn("python3") ??
      (spawnSync("python3", ["-c", check]).status === 0 ? undefined : "python3 is older than 3.11, or has no venv")
    );
  },
  install: "apt-get install python3-venv",
  tests: "the clients against moto, an AWS that was not written here, and boto3 against the simulator",
  files: [
    "test/integration/semantics.test.ts",
    "test/integration/stories/made-by-boto3.test.ts",
    "test/integration/stories/moto*.test.ts",
  ],
};

export const tools: readonly Tool[] = [promtool, prometheus, buildah, python];

/** One line for each tool that is missing. */
export function missingText({ name, missing, install, tests }: Tool, fails: boolean): string | undefined {
  const why = missing();
  if (why === undefined) return undefined;
  const outcome = fails ? "fails, because CI is set" : "is left out";
  return `${name}: ${why}; run \`${install}\`. Without it this ${outcome}: ${tests}.`;
}

/** Whether this is a run of CI, where a tool that is missing fails its tests. */
export function isCi(): boolean {
  return !["", "0", "false"].includes(process.env["CI"] ?? "");
}

function missingIn(program: string): string | undefined {
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  return directories.some((directory) => isExecutable(join(directory, program))) ? undefined : "it is missing";
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
