/** Programs that some tests need and npm does not install. */

import { spawnSync } from "node:child_process";
import { accessSync, constants, globSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { importersOf } from "./importers.ts";

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

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds kube-apiserver, etcd and what else npm does not have, once: afterwards the cache has them. */
export const go: Tool = {
  name: "go",
  missing: () => {
    const isBuilt = globSync(".cache/control-plane/kube-apiserver-*/kube-apiserver", { cwd: root }).length > 0;
    return isBuilt || isFilled(process.env["KUBEBUILDER_ASSETS"]) ? undefined : missingIn("go");
  },
  install: "apt-get install golang-go",
  tests: "what needs a real API server (KUBEBUILDER_ASSETS may name a directory that has one, in place of Go)",
  get files() {
    return importersOf(
      root,
      ["test/{integration,packaging,examples}/**/*.test.ts", "test/main.test.ts"],
      ["test/integration/control-plane/go-program.ts", "test/integration/control-plane/shared.ts"],
    );
  },
};

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
    "test/integration/simulator-readme.test.ts",
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

/** One line about files of tests that were left out, for the end of the output; undefined: none was. */
export function leftOutText(lacking: readonly Tool[]): string | undefined {
  const files = new Set(lacking.flatMap((tool) => tool.files));
  if (files.size === 0) return undefined;
  const ways = lacking.map(({ name, install }) => `${name} (\`${install}\`)`).join(", ");
  return `${files.size} files of tests were left out: to run them, install ${ways}`;
}

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

function isFilled(text: string | undefined): boolean {
  return text !== undefined && text !== "";
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
