import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { run, runOrFail } from "../../test/integration/control-plane/run.ts";
import { outdatedFiles } from "../generate.ts";
import { licenceProblems } from "../licences.ts";
import { charts, checksumsFile, imageContext, type Release, root, version } from "./artefacts.ts";
import { platforms } from "./executables.ts";
import { changelogEntries, imagesIn, versionPlaces } from "./versions.ts";

/** A check before a release. */
export interface Check {
  readonly name: string;
  /** @returns a short result @throws Error with the problem and the next step */
  run(): Promise<string>;
}

export interface CheckContext {
  readonly release: Release;
  /** The same release, built a second time. */
  readonly again: Release;
  readonly image: string;
  readonly helm: string;
  readonly kubectl: string;
  /** Whether it may contain uncommitted changes. */
  readonly allowDirty: boolean;
}

/** All checks, in the order of the output. */
export function checks(context: CheckContext): readonly Check[] {
  const { release, helm } = context;
  const inRelease = (name: string): string => join(release.directory, name);
  return [
    { name: "commit", run: () => commit(context.allowDirty) },
    { name: "generated files", run: generated },
    { name: "versions", run: versions },
    { name: "changelog", run: changelog },
    ...charts.map((chart) => ({
      name: `chart ${chart}`,
      run: () => chartIn(inRelease(`${chart}-${version}.tgz`), helm),
    })),
    { name: "manifests", run: () => manifests(context) },
    { name: "Kustomize", run: () => kustomize(context.kubectl) },
    { name: "bundle", run: () => bundleRuns(release.bundleDirectory) },
    { name: "executables", run: () => executablesRun(release, "aws-batch-operator", makesQuickstart) },
    { name: "executables of the simulator", run: () => executablesRun(release, "aws-batch-simulator", undefined) },
    { name: "architectures", run: () => nothingNative(release.bundleDirectory) },
    { name: "SBOM", run: () => sbomIsWhole(release) },
    { name: "licences", run: async () => licences(release) },
    { name: "image recipe", run: imageRecipe },
    { name: "reproducible", run: () => reproducible(context) },
  ];
}

async function commit(allowDirty: boolean): Promise<string> {
  const revision = await run("git", ["-C", root, "rev-parse", "--short=12", "HEAD"]);
  if (revision.code !== 0) return orFail(allowDirty, "no Git repository: a release needs a commit");
  const changed = (await runOrFail("git", ["-C", root, "status", "--porcelain"])).trim();
  if (changed === "") return revision.stdout.trim();
  return orFail(allowDirty, `${changed.split("\n").length} files are not committed: commit them, or --allow-dirty`);
}

function orFail(allowed: boolean, problem: string): string {
  if (!allowed) throw new Error(problem);
  return `${problem} (allowed)`;
}

async function generated(): Promise<string> {
  const outdated = await outdatedFiles();
  if (outdated.length === 0) return "up to date";
  throw new Error(`${outdated.map(({ path }) => path).join(", ")} is outdated: run npm run generate`);
}

async function versions(): Promise<string> {
  const places = await versionPlaces();
  const wrong = places.filter((one) => one.version !== version).map((one) => `${one.place} says ${one.version}`);
  if (wrong.length === 0) return `${version} in ${places.length} places`;
  throw new Error(`package.json says ${version}, but ${wrong.join("; ")}`);
}

async function changelog(): Promise<string> {
  const entry = (await changelogEntries()).find((one) => one.version === version);
  if (entry === undefined || entry.body === "") throw new Error(`CHANGELOG.md has no text under "## ${version}"`);
  return `${entry.body.split("\n").length} lines for ${version}`;
}

async function chartIn(archive: string, helm: string): Promise<string> {
  const given = archive.includes("-crds-") ? [] : ["--set=image.repository=aws-batch-operator,flags.clusterName=blue"];
  await runOrFail(helm, ["lint", "--strict", archive, ...given]);
  const rendered = await runOrFail(helm, ["template", "batch", archive, "--namespace", "aws-batch-system", ...given]);
  return `linted, renders ${rendered.match(/^kind: /gm)?.length ?? 0} objects`;
}

async function manifests({ release, image }: CheckContext): Promise<string> {
  for (const name of ["install.yaml", "trial.yaml"]) {
    const images = new Set(imagesIn(await readFile(join(release.directory, name), "utf8")));
    if (images.size !== 1 || !images.has(image)) throw new Error(`${name} names ${[...images].join(", ")}`);
  }
  return `crds.yaml, install.yaml, trial.yaml with ${image}`;
}

async function kustomize(kubectl: string): Promise<string> {
  const rendered = await runOrFail(kubectl, ["kustomize", join(root, "manifests")]);
  return `the base has ${rendered.match(/^kind: /gm)?.length ?? 0} objects`;
}

async function bundleRuns(directory: string): Promise<string> {
  const main = join(directory, "main.js");
  const said = (await runOrFail(process.execPath, [main, "--version"])).trim();
  if (said !== version) throw new Error(`main.js --version says ${said}`);
  const examples = join(root, "examples/quickstart");
  await runOrFail(process.execPath, [main, "local", "-f", examples, "--simulate", "--until", "ready", "--speed", "50"]);
  return `main.js ${said} makes the quickstart Ready`;
}

/**
 * Runs the executable of this machine's platform without Node, and reads for which processor the others are.
 * @param more what it has to do in addition to its version
 */
async function executablesRun(
  { directory }: Release,
  program: string,
  more: ((file: string) => Promise<string>) | undefined,
): Promise<string> {
  const unpacked = await mkdtemp(join(tmpdir(), "executables-"));
  try {
    const states: string[] = [];
    for (const { name } of platforms) {
      await runOrFail("tar", ["-xzf", join(directory, `${program}-${version}-${name}.tar.gz`)], {
        directory: unpacked,
      });
      const file = join(unpacked, program);
      const machine = elfMachines[(await readFile(file)).readUInt16LE(18)];
      if (`linux-${machine}` !== name) throw new Error(`the executable of ${name} is for ${machine}`);
      states.push(
        name === `${process.platform}-${process.arch}` ? await runsAlone(file, more) : `${name} built, not run`,
      );
    }
    return states.join("; ");
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** `e_machine` of ELF. */
const elfMachines: Readonly<Record<number, string>> = { 62: "x64", 183: "arm64" };

const noNode = { PATH: "", HOME: tmpdir() };

async function runsAlone(file: string, more: ((file: string) => Promise<string>) | undefined): Promise<string> {
  const said = (await runOrFail(file, ["--version"], { environment: noNode })).trim();
  if (said !== version) throw new Error(`the executable's --version says ${said}`);
  const done = more === undefined ? "runs" : await more(file);
  return `${process.platform}-${process.arch} ${said} ${done}`;
}

async function makesQuickstart(file: string): Promise<string> {
  const examples = join(root, "examples/quickstart");
  const args = ["local", "-f", examples, "--simulate", "--until", "ready", "--speed", "50"];
  await runOrFail(file, args, { environment: noNode });
  return "makes the quickstart Ready";
}

/** ELF, Mach-O (both orders, 32 and 64 bits, universal) and Windows' MZ; WebAssembly runs anywhere. */
const nativeMagic = /^(?:7f454c46|feedfac[ef]|c[ef]faedfe|cafebabe|4d5a)/;

/** @throws Error if the bundle contains or loads code of one architecture, because it has to run on all */
export async function nothingNative(directory: string): Promise<string> {
  const names = await readdir(directory);
  for (const name of names) {
    const content = await readFile(join(directory, name));
    if (name.endsWith(".node") || nativeMagic.test(content.subarray(0, 4).toString("hex"))) {
      throw new Error(`${name} is code of one architecture`);
    }
    if (!name.endsWith(".js")) continue;
    const loading = /process\.dlopen|["'`/][\w.-]+\.node["'`]/.exec(content.toString("utf8"));
    if (loading !== null) throw new Error(`${name} loads a native addon: ${loading[0]}`);
  }
  return `${names.length} files, none of one architecture, so amd64 and arm64 have the same bundle`;
}

async function sbomIsWhole({ bundleDirectory, packages }: Release): Promise<string> {
  const { components } = JSON.parse(await readFile(join(bundleDirectory, "sbom.cdx.json"), "utf8")) as {
    readonly components: readonly { readonly name: string; readonly version: string }[];
  };
  const listed = new Set(components.map((one) => `${one.name}@${one.version}`));
  const missing = packages.map((one) => `${one.name}@${one.version}`).filter((one) => !listed.has(one));
  if (missing.length > 0) throw new Error(`the bundle also has ${missing.join(", ")}`);
  return `${components.length} components, including all ${packages.length} bundled packages`;
}

function licences({ packages }: Release): string {
  const problems = licenceProblems(packages);
  if (problems.length > 0) throw new Error(problems.join("; "));
  const counts = [...Map.groupBy(packages, ({ licence }) => licence)].map(([one, those]) => `${one} ${those.length}`);
  return counts.toSorted().join(", ");
}

async function imageRecipe(): Promise<string> {
  const recipe = await readFile(join(root, "Dockerfile"), "utf8");
  const required: readonly (readonly [RegExp, string])[] = [
    [/^ARG BUILD_IMAGE=\S+@sha256:[\s\S]*^ARG BASE_IMAGE=\S+@sha256:/m, "its two images have a default by digest"],
    [/^FROM --platform=\$BUILDPLATFORM /m, "the build runs on the builder's platform"],
    [/^USER 65532:65532$/m, "it runs as 65532"],
    [/^ENTRYPOINT \["node", "\/app\/dist\/main\.js"\]$/m, "it runs the bundle"],
  ];
  const missing = required.flatMap(([pattern, what]) => (pattern.test(recipe) ? [] : [what]));
  if (missing.length > 0) throw new Error(`Dockerfile no longer says that ${missing.join(", and that ")}`);
  const copied = [...recipe.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = ""]) => paths.split(" "));
  const context = await imageContext();
  const unseen = copied.filter((path) => !context.some((one) => path === one || path.startsWith(`${one}/`)));
  if (unseen.length > 0) throw new Error(`.dockerignore keeps ${unseen.join(", ")} from the Dockerfile`);
  return `Dockerfile with the ${context.length} paths that it reads; test:packaging builds and runs it`;
}

async function reproducible({ release, again }: CheckContext): Promise<string> {
  const [first, second] = await Promise.all(
    [release, again].map(async ({ directory }) => (await readFile(join(directory, checksumsFile), "utf8")).split("\n")),
  );
  const different = first?.filter((line, index) => line !== second?.[index]).map((line) => line.split("  ")[1]) ?? [];
  if (different.length > 0) throw new Error(`built twice, these differ: ${different.join(", ")}`);
  return `${(first?.length ?? 1) - 1} files, built twice, with the same bytes`;
}
