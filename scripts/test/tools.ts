/** Programs that some tests need and npm does not install. */

import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";

export interface Tool {
  readonly name: string;
  /** Why it is not usable here; undefined: it is. */
  readonly missing: () => string | undefined;
  /** The command that installs it, on Debian. */
  readonly install: string;
  /** Description of the tests that need it. */
  readonly tests: string;
  /** Their files, from the root. */
  readonly files: readonly string[];
}

export const promtool: Tool = {
  name: "promtool",
  missing: () => missingIn("promtool"),
  install: "apt-get install prometheus",
  tests: "alerts",
  files: ["test/packaging/monitoring.test.ts"],
};

export const prometheus: Tool = {
  name: "prometheus",
  missing: () => missingIn("prometheus"),
  install: "apt-get install prometheus",
  tests: "the dashboard",
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
  tests: "the clients against moto, an AWS by others, and boto3 against the simulator",
  files: [
    "test/integration/semantics.test.ts",
    "test/integration/stories/made-by-boto3.test.ts",
    "test/integration/stories/moto*.test.ts",
  ],
};

export const chromium: Tool = {
  name: "chromium",
  missing: () => missingIn("chromium"),
  install: "apt-get install chromium",
  tests: "the page of `ui` in a browser",
  files: ["test/packaging/ui.test.ts"],
};

export const tools: readonly Tool[] = [promtool, prometheus, buildah, python, chromium];

/** One line about a missing tool. */
export function missingText({ name, missing, install, tests }: Tool, fails: boolean): string | undefined {
  const why = missing();
  if (why === undefined) return undefined;
  const outcome = fails ? "fails, because CI is set" : "is skipped";
  return `${name}: ${why}; run \`${install}\`. Without it this ${outcome}: ${tests}.`;
}

/** Whether this is a CI run, in which a missing tool fails its tests. */
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
