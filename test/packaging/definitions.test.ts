import { cpSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import packageManifest from "../../package.json" with { type: "json" };
import { kinds } from "../../src/api/v1alpha1/kinds.ts";
import { type ControlPlane, startControlPlane } from "../integration/control-plane/control-plane.ts";
import { linesOf } from "../integration/control-plane/run.ts";
import { until } from "../integration/control-plane/wait.ts";
import { stack } from "../integration/stories/stack.ts";
import { Team } from "../integration/stories/team.ts";
import { chart, crdsChart, describeWithHelm, helm, required, scratchDirectory, valuesArgs } from "./helm.ts";

/** A column that the earlier definitions lack. */
const newColumn = /^ {8}- name: MAXVCPUS\n(?: {10}.*\n)+/m;

/** A chart as an earlier release had it: an older version, and a definition with less in it. */
function earlier(path: string, name: string): string {
  const folder = join(scratchDirectory(), name);
  cpSync(path, folder, { recursive: true });
  for (const file of globSync("{Chart.yaml,templates/**/*.yaml}", { cwd: folder })) {
    const text = readFileSync(join(folder, file), "utf8");
    const older = text.replaceAll(packageManifest.version, "0.0.9").replace(newColumn, "");
    writeFileSync(join(folder, file), older);
  }
  return folder;
}

describeWithHelm("the definitions", (program) => {
  let cluster: ControlPlane;
  beforeAll(async () => {
    cluster = await startControlPlane({ controllerManager: true });
  });
  afterAll(() => cluster?.stop());

  /** Whether the definition in the cluster is the newer one. */
  const isNew = async (): Promise<boolean> => {
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/batchcomputeenvironments.awsbatch.dev";
    const { body } = await cluster.request("GET", path);
    return JSON.stringify(body).includes("MAXVCPUS");
  };
  afterEach(async () => {
    const names = kinds.map(({ plural, group }) => `${plural}.${group}`);
    linesOf(await cluster.kubectl(["delete", "crd", ...names, "--ignore-not-found"]));
  });

  test.each([
    ["the chart", chart, "crds.allowDowngrade", ["--set", "replicas=0", ...valuesArgs(required)]],
    ["their own chart", crdsChart, "allowDowngrade", []],
  ])(
    "of %s are upgraded under live objects, not downgraded unasked, and stay when it is uninstalled",
    async (...given) => {
      const [name, path, allow, flags] = given;
      const namespace = await cluster.newNamespace("release");
      const run = (verb: string, ...args: readonly string[]) =>
        helm(program, [verb, "batch", ...args, "--namespace", namespace], cluster.access.kubeconfig);
      const before = earlier(path, `earlier-${program.name}-${name}`.replaceAll(" ", "-"));

      linesOf(await run("install", before, ...flags));
      expect(await isNew()).toBe(false);
      const team = await Team.in(cluster);
      await team.apply(...stack);
      const uids = async () => (await team.objects()).map(({ metadata }) => metadata.uid);
      // For a moment after a definition is created or changed the server answers 429.
      await until(async () => (await uids()).length > 0 || "none", "the objects to be listed");
      const alive = await uids();
      const untilAlive = () =>
        until(
          async () => String(await uids()) === String(alive) || String(await uids()),
          `objects with the uids ${alive.join(", ")}`,
        );

      linesOf(await run("upgrade", path, ...flags));
      expect(await isNew()).toBe(true);
      await untilAlive();

      const refused = await run("upgrade", before, ...flags);
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringMatching(
          /is of version \d+\.\d+\.\d+, this chart is 0\.0\.9: fields that only the newer one has could be lost/,
        ),
      ]);
      expect(await isNew()).toBe(true);

      linesOf(await run("upgrade", before, ...flags, "--set", `${allow}=true`));
      expect(await isNew()).toBe(false);
      await untilAlive();

      linesOf(await run("uninstall"));
      await untilAlive();
    },
  );

  test("of a release that does not keep them are not deleted by crds.enabled=false, with all their objects", async () => {
    const namespace = await cluster.newNamespace("release");
    const upgrade = (...values: readonly string[]) =>
      helm(
        program,
        [
          "upgrade",
          "--install",
          "batch",
          chart,
          "--namespace",
          namespace,
          "--reset-then-reuse-values",
          ...valuesArgs(required),
          ...values.flatMap((value) => ["--set", value]),
        ],
        cluster.access.kubeconfig,
      );
    linesOf(await upgrade("replicas=0", "crds.keep=false"));

    const refused = await upgrade("crds.enabled=false");
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(
        /belongs to this release and is not kept .* Upgrade with crds\.enabled=true and crds\.keep=true/,
      ),
    ]);
    expect(await isNew()).toBe(true);

    linesOf(await upgrade("crds.keep=true"));
    linesOf(await upgrade("crds.enabled=false"));
    expect(await isNew()).toBe(true);
  });
});
