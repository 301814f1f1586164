import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadAll } from "js-yaml";
import { describe, inject, test } from "vitest";
import { atExit } from "../integration/control-plane/at-exit.ts";
import { type RunResult, run } from "../integration/control-plane/run.ts";

/** One major of Helm. */
export interface HelmProgram {
  readonly name: "Helm 4" | "Helm 3";
  readonly path: string;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Both majors, newest first; empty: they could not be had. Set by global-setup.ts. */
    readonly helms: readonly HelmProgram[];
    /** Path of the bundled program: it starts in a quarter of the time of its source, and is what an image has. */
    readonly bundle: string;
  }
}

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const chart = join(root, "charts/aws-batch-operator");
export const crdsChart = join(root, "charts/aws-batch-operator-crds");

/** An object as far as these tests read it. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of every kind; a wrong path fails the test that takes it
  readonly [field: string]: any;
}

export type Values = Readonly<Record<string, unknown>>;

let scratch: string | undefined;
let files = 0;

/** A directory that goes when this process ends. */
export function scratchDirectory(): string {
  if (scratch === undefined) {
    const made = mkdtempSync(join(tmpdir(), "packaging-"));
    atExit(() => void rm(made, { recursive: true, force: true }));
    scratch = made;
  }
  return scratch;
}

/** Runs Helm with nothing of this machine's own configuration. A failing exit code is a result. */
export function helm(program: HelmProgram, args: readonly string[], kubeconfig = "/dev/null"): Promise<RunResult> {
  const home = join(scratchDirectory(), program.name.replace(" ", "-"));
  return run(program.path, args, {
    environment: {
      KUBECONFIG: kubeconfig,
      HELM_CACHE_HOME: join(home, "cache"),
      HELM_CONFIG_HOME: join(home, "config"),
      HELM_DATA_HOME: join(home, "data"),
    },
  });
}

/** Arguments that give these values by a file. */
export function valuesArgs(values: Values): readonly string[] {
  const file = join(scratchDirectory(), `values-${process.pid}-${++files}.yaml`);
  writeFileSync(file, JSON.stringify(values));
  return ["--values", file];
}

/** What the operator's chart requires. */
export const required: Values = { image: { repository: "aws-batch-operator" }, flags: { clusterName: "blue" } };

const rendered = new Map<string, Promise<string>>();

/**
 * What `helm template` prints; release `batch` in namespace `aws-batch-system`. The same is rendered once.
 * @param before values that `values` override
 * @throws Error with what it said
 */
export function template(
  program: HelmProgram,
  values: Values = {},
  from = chart,
  before = from === crdsChart ? {} : required,
): Promise<string> {
  const key = JSON.stringify([program.name, values, from, before]);
  const known = rendered.get(key) ?? renderedBy(program, [before, values], from);
  rendered.set(key, known);
  return known;
}

async function renderedBy(program: HelmProgram, values: readonly Values[], from: string): Promise<string> {
  const args = ["template", "batch", from, "--namespace", "aws-batch-system", ...values.flatMap(valuesArgs)];
  const { code, stdout, stderr } = await helm(program, args);
  if (code !== 0) throw new Error(stderr.trim());
  return stdout;
}

let withSamples: string | undefined;

/** The chart with one alert and one dashboard, which do not change with its own. */
export function chartWithSamples(): string {
  if (withSamples !== undefined) return withSamples;
  withSamples = join(scratchDirectory(), "with-samples");
  cpSync(chart, withSamples, { recursive: true });
  for (const folder of ["alerts", "dashboards"]) {
    rmSync(join(withSamples, "files", folder), { recursive: true, force: true });
    mkdirSync(join(withSamples, "files", folder), { recursive: true });
  }
  const rules = {
    groups: [
      {
        name: "sample",
        rules: [{ alert: "Sample", expr: "vector(1)", annotations: { runbook: "docs/runbooks.md#sample" } }],
      },
    ],
  };
  writeFileSync(join(withSamples, "files/alerts/sample.yaml"), JSON.stringify(rules));
  writeFileSync(join(withSamples, "files/dashboards/sample.json"), JSON.stringify({ title: "{{ a legend }}" }));
  return withSamples;
}

export function documents(yaml: string): readonly Rendered[] {
  return (loadAll(yaml) as (Rendered | null)[]).filter((one) => one !== null);
}

/** A suite for the Helm of this tier. Skipped where there is none, and left out where it is of another major. */
export function describeWithHelm(
  name: string,
  suite: (program: HelmProgram) => void,
  only?: HelmProgram["name"],
): void {
  const all = inject("helms");
  const programs = all.filter((program) => only === undefined || program.name === only);
  if (all.length === 0) {
    describe.skip(name, () => {
      test("has no Helm", () => undefined);
    });
    return;
  }
  if (programs.length > 0) describe.each(programs)(`$name: ${name}`, suite);
}
