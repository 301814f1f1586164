import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { customResourceDefinitions } from "../../scripts/crds.ts";
import { celCosts } from "./control-plane/cel-cost.ts";
import { type ControlPlane, startControlPlane } from "./control-plane/control-plane.ts";
import { linesOf } from "./control-plane/run.ts";
import { describeOnCluster } from "./control-plane/shared.ts";

const directory = fileURLToPath(new URL("../../crds/", import.meta.url));
const files = globSync("*.yaml", { cwd: directory }).map((file) => directory + file);
const names = customResourceDefinitions().map(({ metadata }) => metadata.name);

describeOnCluster("installing the CRDs in an empty cluster", () => {
  let cluster: ControlPlane;
  const kubectl = async (...args: string[]): Promise<string[]> => linesOf(await cluster.kubectl(args));
  // One for each test: an API server may forget to finish the deletion of a definition that it has just established.
  beforeEach(async () => {
    cluster = await startControlPlane();
  });
  afterEach(() => cluster?.stop());

  test.each([
    { how: "client-side", flags: [] },
    { how: "server-side", flags: ["--server-side"] },
  ])("$how apply has them served, and changes nothing the second time", async ({ flags }) => {
    const apply = ["apply", ...flags, "-f", directory];
    const crds = names.map((name) => `crd/${name}`);
    const generations = (): Promise<string[]> =>
      kubectl("get", ...crds, "-o", "jsonpath={.items[*].metadata.generation}");

    expect(await kubectl(...apply)).toHaveLength(names.length);
    await kubectl("wait", "--for=condition=Established", ...crds);
    const before = await generations();
    await kubectl(...apply);
    expect(await generations()).toEqual(before);
  });

  test("the API server finds nothing to object to in their schemas", async () => {
    await kubectl("apply", "--server-side", "-f", directory);
    await kubectl("wait", "--for=condition=Established", ...names.map((name) => `crd/${name}`));
    const conditions = await kubectl(
      "get",
      "crds",
      "-o",
      'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.conditions[?(@.type=="NonStructuralSchema")].message}{"\\n"}{end}',
    );
    expect(conditions.map((line) => line.trim())).toEqual(names.toSorted());
  });
});

describeOnCluster("the cost of the CEL rules, as the API server counts it", () => {
  // Slow where kube-apiserver was not built here: then Go's cache has nothing of it.
  test("leaves half of the budget unused, for each rule and for each definition", async () => {
    const costs = await celCosts(files);
    expect(costs.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    const tooExpensive = costs.flatMap(({ name, total, totalLimit, ruleLimit, rules }) => [
      ...(total > totalLimit / 2 ? [`${name}: ${percent(total, totalLimit)} of what a definition may cost`] : []),
      ...rules
        .filter(({ cost }) => cost > ruleLimit / 2)
        .map(({ path, rule, cost }) => `${name} ${path}: ${percent(cost, ruleLimit)} of what a rule may cost: ${rule}`),
    ]);
    expect(tooExpensive).toEqual([]);
  });
});

function percent(part: number, whole: number): string {
  return `${Math.round((100 * part) / whole)} %`;
}
