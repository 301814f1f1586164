import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { runOrFail } from "../../test/integration/control-plane/run.ts";
import { bundle, operator, type Program, simulator } from "../build.ts";
import { customResourceDefinitions } from "../crds.ts";
import { crdsManifest, installManifest, trialManifest } from "../install/install.ts";
import type { BundledPackage } from "../licences.ts";
import { archive, entriesOf } from "./archive.ts";
import { executables, type Platform } from "./executables.ts";
import { krewManifest } from "./krew.ts";
import { npmPackage, operatorPackage, type PackageParts, simulatorPackage } from "./npm-package.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const { version } = manifest;
export const charts = ["aws-batch-operator", "aws-batch-operator-crds"] as const;

/** Name of the file with the checksums, in the format of sha256sum. */
export const checksumsFile = "SHA256SUMS";

/** A release, in a directory. */
export interface Release {
  readonly directory: string;
  /** The unpacked bundle. */
  readonly bundleDirectory: string;
  readonly packages: readonly BundledPackage[];
}

interface ReleaseOptions {
  /** Path of Helm 4: earlier ones write the time into the package. */
  readonly helm: string;
  /** In the manifests. */
  readonly image: string;
  /** URL of the folder that serves the release's files, in the manifest for krew. */
  readonly downloads: string;
  /** A directory for temporary files. */
  readonly scratch: string;
}

/**
 * Creates all files of a release except the image, in a directory that it empties first. The same sources give the
 * same bytes.
 */
export async function makeRelease(
  directory: string,
  { helm, image, downloads, scratch }: ReleaseOptions,
): Promise<Release> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  for (const chart of charts) await packageChart(chart, directory, helm);

  const crds = customResourceDefinitions();
  const programs = [await built(operator, operatorPackage, scratch), await built(simulator, simulatorPackage, scratch)];
  const [{ bundleDirectory, packages, archives }] = programs as [Built, Built];
  const files: Readonly<Record<string, string | Uint8Array>> = {
    "crds.yaml": crdsManifest(crds),
    "install.yaml": installManifest(crds, image),
    "trial.yaml": trialManifest(crds, image),
    "sbom.cdx.json": await readFile(join(bundleDirectory, "sbom.cdx.json")),
    "third-party-licences.txt": await readFile(join(bundleDirectory, "third-party-licences.txt")),
    "CHANGELOG.md": await readFile(join(root, "CHANGELOG.md")),
    [`kustomize-${version}.tar.gz`]: await packed(["manifests"]),
    [`argocd-${version}.tar.gz`]: await packed(["argocd"]),
    [`image-${version}.tar.gz`]: await packed(await imageContext()),
    ...Object.fromEntries(programs.map(({ program, npm }) => [`${program.name}-${version}-npm.tgz`, npm])),
    ...Object.fromEntries(programs.flatMap((one) => one.archives.map(({ name, content }) => [name, content]))),
    "awsbatch.yaml": krewManifest(version, archives, downloads),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  await writeFile(join(directory, checksumsFile), await checksums(directory));
  return { directory, bundleDirectory, packages };
}

/** Packages a copy with equal times of all files, because Helm keeps the times. */
async function packageChart(chart: string, directory: string, helm: string): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), "chart-"));
  try {
    await cp(join(root, "charts", chart), copy, { recursive: true });
    for (const name of await readdir(copy, { recursive: true })) await utimes(join(copy, name), 0, 0);
    await runOrFail(helm, ["package", copy, "--destination", directory]);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

interface ExecutableArchive {
  readonly platform: Platform;
  readonly name: string;
  readonly content: Uint8Array;
}

/** An archive of some paths of the repository. */
export async function packed(paths: readonly string[]): Promise<Uint8Array> {
  return archive((await Promise.all(paths.map((path) => entriesOf(join(root, path), path)))).flat());
}

/** A program in all its forms but the image. */
interface Built {
  readonly program: Program;
  readonly bundleDirectory: string;
  readonly packages: readonly BundledPackage[];
  readonly npm: Uint8Array;
  readonly archives: readonly ExecutableArchive[];
}

async function built(program: Program, about: PackageParts, scratch: string): Promise<Built> {
  const bundleDirectory = join(await mkdtemp(join(scratch, "bundle-")), "dist");
  const packages = await bundle(program, bundleDirectory);
  return {
    program,
    bundleDirectory,
    packages,
    npm: await npmPackage(program, bundleDirectory, about, scratch),
    archives: await executableArchives(program, bundleDirectory, scratch),
  };
}

/** An archive for each platform, with the executable and the licences of all that is in it. */
async function executableArchives(
  program: Program,
  bundleDirectory: string,
  scratch: string,
): Promise<readonly ExecutableArchive[]> {
  const licences = await Promise.all([
    entriesOf(join(root, "LICENSE"), "LICENSE"),
    entriesOf(join(bundleDirectory, "third-party-licences.txt"), "third-party-licences.txt"),
  ]);
  return (await executables(program, scratch)).map(({ platform, content, nodeLicence }) => ({
    platform,
    name: `${program.name}-${version}-${platform.name}.tar.gz`,
    content: archive([
      ...licences.flat(),
      { path: "LICENSE-node", content: nodeLicence },
      { path: program.name, content, isExecutable: true },
    ]),
  }));
}

/** The Dockerfile and all files that it reads, as selected by .dockerignore. */
export async function imageContext(): Promise<readonly string[]> {
  const lines = (await readFile(join(root, ".dockerignore"), "utf8")).split("\n");
  return ["Dockerfile", ".dockerignore", ...lines.flatMap((line) => (line.startsWith("!") ? [line.slice(1)] : []))];
}

/** A line `<SHA-256>  <name>` for each file, sorted by name. */
async function checksums(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name !== checksumsFile).toSorted();
  const lines = await Promise.all(
    names.map(async (name) => {
      const hash = createHash("sha256").update(await readFile(join(directory, name)));
      return `${hash.digest("hex")}  ${name}\n`;
    }),
  );
  return lines.join("");
}
