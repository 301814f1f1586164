import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { cachePath, madeOnce, type Progress, requireDisk } from "./cache.ts";
import { run, runOrFail } from "./run.ts";

/** A program that the Go modules next to this file pin. */
export interface GoProgram {
  readonly name: string;
  /** Folder of its module, below `go/`. */
  readonly module: "kubernetes" | "etcd" | "gitops" | "flux";
  /** The package to build: an import path, or `./` and a folder of the module. */
  readonly package: string;
  readonly version: string;
  readonly linkerFlags?: string;
  /** How long on two cores with nothing in Go's caches. */
  readonly coldBuild: string;
  /** What Go's caches take meanwhile. */
  readonly diskGiB: number;
}

type BuiltProgram = Omit<GoProgram, "module">;

const kubernetesVersion = pinned("kubernetes", "k8s.io/kubernetes");
const [major, minor] = kubernetesVersion.slice(1).split(".");
const versionPackage = "k8s.io/component-base/version";
/** Without these the server calls itself v0.0.0, and clients refuse to talk to it or guess. */
const kubernetesStamp = [
  `-X ${versionPackage}.gitVersion=${kubernetesVersion}`,
  `-X ${versionPackage}.gitMajor=${major}`,
  `-X ${versionPackage}.gitMinor=${minor}`,
].join(" ");

export const etcd: GoProgram = {
  name: "etcd",
  module: "etcd",
  package: "go.etcd.io/etcd/server/v3",
  version: pinned("etcd", "go.etcd.io/etcd/server/v3"),
  coldBuild: "20 seconds",
  diskGiB: 1,
};

export const kubeApiServer: GoProgram = {
  name: "kube-apiserver",
  module: "kubernetes",
  package: "k8s.io/kubernetes/cmd/kube-apiserver",
  version: kubernetesVersion,
  linkerFlags: kubernetesStamp,
  coldBuild: "3 minutes",
  diskGiB: 3.5,
};

export const kubeControllerManager: GoProgram = {
  name: "kube-controller-manager",
  module: "kubernetes",
  package: "k8s.io/kubernetes/cmd/kube-controller-manager",
  version: kubernetesVersion,
  linkerFlags: kubernetesStamp,
  coldBuild: "45 seconds after kube-apiserver",
  diskGiB: 1,
};

/** Prints what the API server charges for CEL rules; its version is that of its source. */
export const crdCost: GoProgram = {
  name: "crd-cost",
  module: "kubernetes",
  package: "./crd-cost",
  version: `${kubernetesVersion}-${digest("kubernetes/crd-cost/main.go")}`,
  coldBuild: "5 seconds after kube-apiserver",
  diskGiB: 1,
};

/** Judges objects by kstatus' own code and by Argo CD's Lua interpreter. */
export const gitops: GoProgram = {
  name: "gitops",
  module: "gitops",
  package: ".",
  version: `${digest("gitops/main.go")}-${digest("gitops/go.sum")}`,
  coldBuild: "30 seconds",
  diskGiB: 1,
};

/** Applies, compares, waits and prunes by Flux's own code; only `npm run test:flux` builds it, because that takes long. */
export const flux: GoProgram = {
  name: "flux",
  module: "flux",
  package: ".",
  version: `${digest("flux/main.go")}-${digest("flux/go.sum")}`,
  coldBuild: "3 minutes",
  diskGiB: 2,
};

/** The program, from the cache or built now. @returns its path */
export function goProgram(program: GoProgram, progress: Progress): Promise<string> {
  return goProgramIn(moduleFile(program.module), program, progress);
}

/** The same from the folder of another module. */
export function goProgramIn(directory: string, program: BuiltProgram, progress: Progress): Promise<string> {
  const path = cachePath(`${program.name}-${program.version}`, program.name);
  return madeOnce(path, progress, () => build(directory, program, path, progress));
}

async function build(directory: string, program: BuiltProgram, path: string, progress: Progress): Promise<void> {
  const what = `${program.name} ${program.version}`;
  await requireGo(what);
  await requireDisk((await runOrFail("go", ["env", "GOCACHE"])).trim(), program.diskGiB, `building ${what}`);
  await mkdir(dirname(path), { recursive: true });
  progress(`building ${what} with Go, about ${program.coldBuild} the first time`);
  const start = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - start) / 1000)} s`;
  const ticker = setInterval(() => progress(`still building ${what} (${seconds()})`), 20_000);
  const unfinished = `${path}.${process.pid}`;
  try {
    const flags = ["-ldflags", ["-s -w", program.linkerFlags ?? ""].join(" ").trim()];
    await runOrFail("go", ["build", "-mod=readonly", "-buildvcs=false", ...flags, "-o", unfinished, program.package], {
      directory,
      environment: { CGO_ENABLED: "0", GOWORK: "off" },
    });
    await rename(unfinished, path);
  } finally {
    clearInterval(ticker);
  }
  progress(`built ${what} in ${seconds()}`);
}

async function requireGo(what: string): Promise<void> {
  try {
    await run("go", ["version"]);
  } catch {
    throw new Error(
      `${what} is neither in KUBEBUILDER_ASSETS nor in the cache, and Go, which would build it, was not found: install ` +
        "Go 1.25 or later, or set KUBEBUILDER_ASSETS to a directory that has it",
    );
  }
}

/** The version of a module that go.mod pins: the one place where versions are kept. */
function pinned(module: GoProgram["module"], path: string): string {
  const text = readFileSync(moduleFile(`${module}/go.mod`), "utf8");
  const line = text.split("\n").find((candidate) => candidate.trim().startsWith(`${path} v`));
  const version = line?.trim().split(" ")[1];
  if (version === undefined) throw new Error(`go/${module}/go.mod requires no ${path}`);
  return version;
}

function digest(file: string): string {
  return createHash("sha256")
    .update(readFileSync(moduleFile(file)))
    .digest("hex")
    .slice(0, 12);
}

function moduleFile(path: string): string {
  return fileURLToPath(new URL(`go/${path}`, import.meta.url));
}
