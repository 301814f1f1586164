import { copyFile, cp, mkdir, realpath, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { exists } from "../integration/control-plane/cache.ts";
import { runOrFail } from "../integration/control-plane/run.ts";

/** Builds images without a container engine, with a storage of its own. */
export class Buildah {
  readonly directory: string;

  /** @param directory takes all images; removed by whoever made it */
  constructor(directory: string) {
    this.directory = directory;
  }

  /** @throws Error with the end of what it said */
  run(...args: readonly string[]): Promise<string> {
    const storage = ["--storage-driver", "vfs", "--root", join(this.directory, "root")];
    return runOrFail("buildah", [...storage, "--runroot", join(this.directory, "run"), ...args]);
  }

  /** Makes an image of a directory. */
  async imageOf(rootFs: string, name: string): Promise<string> {
    const container = (await this.run("from", "scratch")).trim();
    await this.run("copy", "--quiet", container, rootFs, "/");
    await this.run("commit", "--quiet", "--timestamp", "0", container, name);
    await this.run("rm", container);
    return name;
  }

  /**
   * Builds a Dockerfile. @param context the directory that has it, and all that it copies
   * @param target its stage; left out: the last
   * @returns the image's id, a hash of all that is in it
   */
  async build(context: string, args: Readonly<Record<string, string>>, name: string, target?: string): Promise<string> {
    const npmCache = (await runOrFail("npm", ["config", "get", "cache"])).trim();
    const npmrc = join(homedir(), ".npmrc");
    const mounts = [`${npmCache}:/root/.npm`, ...((await exists(npmrc)) ? [`${npmrc}:/root/.npmrc:ro`] : [])];
    const said = await this.run(
      "bud",
      "--isolation=chroot",
      "--network=host",
      "--quiet",
      "--timestamp=0",
      `--tag=${name}`,
      ...(target === undefined ? [] : [`--target=${target}`]),
      ...mounts.flatMap((mount) => ["--volume", mount]),
      ...Object.entries(args).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]),
      context,
    );
    return said.trim().split("\n").at(-1) ?? "";
  }

  /** The files of a container of the image, in a directory. */
  async mounted(image: string): Promise<string> {
    const container = (await this.run("from", "--pull-never", image)).trim();
    return (await this.run("mount", container)).trim();
  }

  /** What the image says about how it is run (OCI image configuration). */
  async config(image: string): Promise<ImageConfig> {
    const { OCIv1 } = JSON.parse(await this.run("inspect", "--type", "image", image)) as {
      readonly OCIv1: ImageConfig;
    };
    return OCIv1;
  }
}

export interface ImageConfig {
  readonly architecture: string;
  readonly config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Entrypoint: readonly string[];
    readonly Cmd: readonly string[];
    readonly WorkingDir: string;
    readonly Labels: Readonly<Record<string, string>>;
    readonly ExposedPorts: Readonly<Record<string, unknown>>;
  };
}

/** The files of a base that has Node and nothing else: what it links against, and the authorities of this machine. */
export async function nodeRootFs(directory: string): Promise<void> {
  await withLibraries(directory, process.execPath, "/usr/local/bin/node");
  for (const folder of ["tmp", "proc", "dev", "etc/ssl/certs", "var/run/secrets/kubernetes.io/serviceaccount"]) {
    await mkdir(join(directory, folder), { recursive: true });
  }
  await copyFile("/etc/ssl/certs/ca-certificates.crt", join(directory, "etc/ssl/certs/ca-certificates.crt"));
  await writeFile(
    join(directory, "etc/passwd"),
    "nonroot:x:65532:65532:nonroot:/:/none\nroot:x:0:0:root:/root:/bin/sh\n",
  );
}

/** The same with npm and a shell, to build with. */
export async function buildRootFs(directory: string): Promise<void> {
  await nodeRootFs(directory);
  await withLibraries(directory, await realpath("/bin/sh"), "/bin/sh");
  await withLibraries(directory, await realpath("/usr/bin/env"), "/usr/bin/env");
  const npm = dirname(dirname(await realpath((await runOrFail("which", ["npm"])).trim())));
  await cp(npm, join(directory, "usr/local/lib/node_modules/npm"), { recursive: true });
  const command = '#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n';
  await writeFile(join(directory, "usr/local/bin/npm"), command, { mode: 0o755 });
}

/** Copies a program, and the libraries that it names, to the search path of its loader. */
async function withLibraries(directory: string, program: string, to: string): Promise<void> {
  const listed = await runOrFail("ldd", [program]);
  const libraries = [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
  for (const [from, path] of [[program, to], ...libraries.map((library) => [library, library])] as const) {
    await mkdir(join(directory, dirname(path)), { recursive: true });
    await copyFile(from, join(directory, path));
  }
}
