import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../scripts/crds.ts";
import { examples } from "../examples/examples.ts";
import { linesOf, run } from "./control-plane/run.ts";
import { describeOnCluster } from "./control-plane/shared.ts";

const definitions = customResourceDefinitions().map(({ spec }) => {
  const [version] = spec.versions;
  if (version === undefined) throw new Error(`${spec.names.kind} has no version`);
  return { ...spec.names, group: spec.group, version };
});
const root = fileURLToPath(new URL("../../", import.meta.url));

describeOnCluster("kubectl", (cluster) => {
  let namespace = "";
  const kubectl = async (...args: string[]): Promise<string[]> =>
    linesOf(await cluster.kubectl(["--namespace", namespace, ...args]));
  beforeAll(async () => {
    namespace = await cluster.newNamespace("kubectl");
    await kubectl("apply", "-f", `${root}examples/quickstart`);
    await kubectl("apply", "-f", `${root}examples/fair-share/scheduling-policy.yaml`);
    await kubectl("apply", "-f", `${root}examples/sagemaker/service-environment.yaml`);
    await kubectl("apply", "-f", `${root}examples/licences/consumable-resource.yaml`);
    await kubectl("apply", "-f", `${root}examples/sagemaker/quota-share-research.yaml`);
    await kubectl("apply", "-f", `${root}examples/seed/job-role.yaml`);
    await kubectl("apply", "-f", `${root}examples/private-endpoints/batch-network.yaml`);
  });

  describe.each(definitions)("with $kind", ({ kind, plural, shortNames, categories, group, version }) => {
    const { spec } = version.schema.openAPIV3Schema.properties ?? {};

    test("has its short names and categories", async () => {
      const resources = await kubectl("api-resources", "--api-group", group, "--output", "wide", "--no-headers");
      const row = resources.map((line) => line.split(/\s+/)).find(([name]) => name === plural);
      expect(row?.slice(0, 5)).toEqual([plural, shortNames.join(","), `${group}/${version.name}`, "true", kind]);
      expect(row?.at(-1)?.split(",")).toEqual([...categories]);
    });

    test("gets objects by each of these", async () => {
      const objects = await kubectl("get", plural, "--output", "name");
      expect(objects).not.toEqual([]);
      for (const name of [kind.toLowerCase(), ...shortNames]) {
        expect(await kubectl("get", name, "--output", "name")).toEqual(objects);
      }
      for (const category of categories) {
        expect(await kubectl("get", category, "--output", "name")).toEqual(expect.arrayContaining(objects));
      }
    });

    test("shows its columns, those of priority 1 only when asked", async () => {
      const header = async (...flags: string[]): Promise<string[]> =>
        ((await kubectl("get", plural, ...flags))[0] ?? "").trim().split(/\s{2,}/);
      const columns = version.additionalPrinterColumns;
      const narrow = columns.filter(({ priority = 0 }) => priority === 0);
      expect(await header()).toEqual(["NAME", ...narrow.map(({ name }) => name)]);
      expect(await header("--output", "wide")).toEqual(["NAME", ...columns.map(({ name }) => name)]);
    });

    test("says of an object that the operator has not seen that it is not ready, and why", async () => {
      const [line = ""] = await kubectl("get", plural, "--no-headers");
      expect(line.split(/\s+/).slice(1, 3)).toEqual(["Unknown", "Pending"]);
    });

    test("selects by the selectable fields", async () => {
      const objects = await kubectl("get", plural, "--output", "name");
      for (const { jsonPath } of version.selectableFields) {
        const [value = ""] = await kubectl("get", plural, "--output", `jsonpath={.items[0]${jsonPath}}`);
        const select = (wanted: string): Promise<string[]> =>
          kubectl("get", plural, "--field-selector", `${jsonPath.slice(1)}=${wanted}`, "--output", "name");
        expect([jsonPath, await select(value), await select("other")]).toEqual([jsonPath, objects, []]);
      }
    });

    test("explains each field of the spec", async () => {
      const said = (await kubectl("explain", `${plural}.spec`)).join("\n").replace(/\s+/g, " ");
      for (const [field, { description = "" }] of Object.entries(spec?.properties ?? {})) {
        expect(said).toContain(` ${field} <`);
        expect(said).toContain(description.replace(/\s+/g, " ").trim());
      }
    });
  });

  test.each(examples)("applies examples/$name, by the client and by the server", async ({ directory: path }) => {
    const clientSide = await kubectl("apply", "--dry-run=server", "--validate=strict", "-f", path);
    expect(clientSide).not.toEqual([]);
    const serverSide = await kubectl(
      "apply",
      "--dry-run=server",
      "--server-side",
      "--force-conflicts",
      "--validate=strict",
      "-f",
      path,
    );
    expect(serverSide).toHaveLength(clientSide.length);
  });

  test("takes what the pages say to type, to read objects and to annotate them", async () => {
    const here = await cluster.newNamespace("pages");
    linesOf(await cluster.kubectl(["-n", here, "apply", "-f", `${root}examples/quickstart`]));
    const { kubectlPath, kubeconfig } = cluster.access;
    const wrong = await Promise.all(
      commandsInDocs().map(async (written) => {
        const filled = written
          .replace(/\b(bjd|bj) (NAME|failing|array)\b/, "$1 hello")
          .replaceAll(/\b(bce|bjq|KIND) (NAME|broken-network|story|main|unmanaged)\b/g, "$1 quickstart")
          .replaceAll(/\bKIND\b/g, "bce")
          .replaceAll(/\bNS\b/g, here)
          .replaceAll(/\bNAME\b/g, "quickstart");
        // What names no namespace is typed in one's own.
        const command = filled.replaceAll(/kubectl (?!-n |get namespace)/g, `kubectl -n ${here} `);
        const script = `kubectl() { KUBECONFIG='${kubeconfig}' '${kubectlPath}' "$@"; }; ${command}`;
        const { code, stderr } = await run("sh", ["-c", script]);
        return code === 0 ? [] : [`${written}: ${stderr}`];
      }),
    );
    expect(commandsInDocs().length).toBeGreaterThan(20);
    expect(wrong.flat()).toEqual([]);
  });
});

/** Commands in blocks and between backticks that read objects of ours or annotate them, each once. */
function commandsInDocs(): readonly string[] {
  const pages = globSync(["README.md", "docs/**/*.md", "examples/*/README.md"], { cwd: root });
  const texts = pages.filter((page) => !page.includes("parts/")).map((page) => readFileSync(`${root}${page}`, "utf8"));
  const found = texts.flatMap((text) => [
    ...[...text.matchAll(/`(kubectl [^`\n]+)`/g)].map(([, command = ""]) => command),
    ...[...text.matchAll(/^```\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) => block.split("\n")),
  ]);
  return [...new Set(found)].filter(
    (line) => /^kubectl (-n NS )?(get|describe|annotate|explain) /.test(line) && !/ OPS |…|--watch|\| /.test(line),
  );
}
