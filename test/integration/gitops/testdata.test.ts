import { beforeAll, describe, expect, test } from "vitest";
import { actionsFolder, healthFolder } from "../../../scripts/argocd.ts";
import { yamlOf } from "../../../scripts/yaml.ts";
import type { KubeObject } from "../../../src/api/object.ts";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { asServed, judge, type Verdict } from "./judges.ts";
import { allStates, type State } from "./states.ts";

/**
 * The tests that Argo CD's own repository runs over contributed scripts, made from objects as the operator leaves them.
 * `npx vitest run -u` writes them; a change of behaviour is a change of these files.
 */
describe("what Argo CD's repository asks for next to the scripts is up to date", () => {
  let states: readonly State[];
  let verdicts: readonly Verdict[];
  beforeAll(async () => {
    states = await allStates();
    verdicts = await judge(states.map(({ object }) => object));
  });

  const cases = (): { state: State; verdict: Verdict }[] =>
    states.map((state, index) => ({ state, verdict: verdicts[index] as Verdict }));

  test("health, of each state once, as the script is the same for every kind", async () => {
    // Argo CD does not ask a script about an object that is being deleted.
    const asked = cases().filter(({ state }) => state.truth !== "terminating");
    const once = asked.filter(
      ({ state }, index) => index === asked.findIndex((other) => other.state.name === state.name),
    );
    const tests = [];
    for (const { state, verdict } of once) {
      const inputPath = `testdata/${fileName(state.name)}.yaml`;
      await expect(yamlOf(asServed(state.object))).toMatchFileSnapshot(`../../../${healthFolder}/${inputPath}`);
      tests.push({ healthStatus: verdict.health, inputPath });
    }
    expect(new Set(tests.map(({ healthStatus }) => healthStatus.status))).toEqual(
      new Set(["Healthy", "Progressing", "Degraded", "Suspended"]),
    );
    await expect(yamlOf({ tests })).toMatchFileSnapshot(`../../../${healthFolder}/health_test.yaml`);
  });

  test.each(kinds)("actions on a $kind", async (kind) => {
    const path = (file: string): string => `../../../${actionsFolder(kind)}/${file}`;
    const find = (name: string): { state: State; verdict: Verdict } => {
      const found = cases().find(({ state }) => state.kind === kind.kind && state.name === name);
      if (found === undefined) throw new Error(`no state: ${name}`);
      return found;
    };
    // The action `reconcile` writes the time of the day, which no file can foretell.
    const actions = [
      { action: "pause", on: find("ready") },
      { action: "resume", on: find("paused with an edit that waits") },
      ...(kind.kind === "BatchComputeEnvironment"
        ? [{ action: "approve", on: find("a replacement that waits for approval") }]
        : []),
      ...(kind.kind === "BatchJob" ? [{ action: "cancel", on: find("a job that runs") }] : []),
    ];
    const actionTests = [];
    for (const { action, on } of actions) {
      const [inputPath, expectedOutputPath] = [`testdata/${action}-before.yaml`, `testdata/${action}-after.yaml`];
      const after = on.verdict.results[action] as KubeObject;
      await expect(yamlOf(asServed(on.state.object))).toMatchFileSnapshot(path(inputPath));
      await expect(yamlOf(inOrder(after, on.state.object))).toMatchFileSnapshot(path(expectedOutputPath));
      actionTests.push({ action, inputPath, expectedOutputPath });
    }
    await expect(yamlOf({ actionTests })).toMatchFileSnapshot(path("action_test.yaml"));
  });
});

function fileName(state: string): string {
  return state.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

/** Lua's tables have no order of keys: that of the original is taken, so that files differ only where objects do. */
function inOrder(value: unknown, like: unknown): unknown {
  if (Array.isArray(value)) return value.map((item, index) => inOrder(item, (like as unknown[] | undefined)?.[index]));
  if (typeof value !== "object" || value === null) return value;
  const model = (like ?? {}) as Record<string, unknown>;
  const rank = (key: string): number => {
    const index = Object.keys(model).indexOf(key);
    return index < 0 ? Number.POSITIVE_INFINITY : index;
  };
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([left], [right]) => rank(left) - rank(right) || left.localeCompare(right))
      .map(([key, item]) => [key, inOrder(item, model[key])]),
  );
}
