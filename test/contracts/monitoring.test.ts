import { globSync, readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const files = "charts/aws-batch-operator/files";
const rules = globSync(`${files}/alerts/*.yaml`).flatMap((path) =>
  (load(readFileSync(path, "utf8")) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
);
const dashboards = globSync(`${files}/dashboards/*.json`).map((path) => readFileSync(path, "utf8"));
const queries = dashboards.flatMap((text) =>
  [...text.matchAll(/"(?:expr|query)": "((?:[^"\\]|\\.)*)"/g)].map(([, expr = ""]) => expr),
);

// test/operator/run/start.test.ts holds this page to what the process serves.
const documented = new Set(
  [...readFileSync("docs/metrics.md", "utf8").matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name),
);

/** The metrics that an expression names, histograms by the name of the whole. */
function metricsIn(expr: string): string[] {
  return [
    ...expr.matchAll(
      /\b((?:awsbatch|controller_runtime|workqueue|reflector|rest_client|leader_election|status)_\w+)\b/g,
    ),
  ].map(([, name = ""]) => name.replace(/_bucket$/, ""));
}

describe("alerts and dashboard", () => {
  test("ask only for metrics that the operator serves", () => {
    const asked = [...rules.map(({ expr }) => expr), ...queries].flatMap(metricsIn);
    expect(asked.length).toBeGreaterThan(30);
    expect(asked.filter((name) => !documented.has(name))).toEqual([]);
  });

  test("each alert has its runbook", () => {
    const headings = new Set(
      [...readFileSync("docs/runbooks.md", "utf8").matchAll(/^## (\S+)$/gm)].map(([, name = ""]) => name),
    );
    expect(new Set(rules.map(({ alert }) => alert))).toEqual(headings);
    for (const { alert, annotations } of rules) {
      expect(annotations.runbook).toBe(`docs/runbooks.md#${alert.toLowerCase()}`);
    }
  });

  test("promtool tests for each alert that it fires and that it is silent", () => {
    const { tests } = load(readFileSync("test/packaging/monitoring/alerts.yaml", "utf8")) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
    };
    const expectations = tests.flatMap((one) => one.alert_rule_test);
    for (const { alert } of rules) {
      expect(expectations.some(({ alertname, exp_alerts = [] }) => alertname === alert && exp_alerts.length > 0)).toBe(
        true,
      );
    }
  });

  test("a gauge that standbys show too is never added up over replicas, and always over releases", () => {
    const gauges = /awsbatch_(objects|aws_objects|deleting_objects|replacements)\b/;
    for (const expr of [...rules.map(({ expr }) => expr), ...queries].filter((one) => gauges.test(one))) {
      expect(expr).toMatch(/max by \(namespace, job\b[^)]*\) \(awsbatch_/);
    }
  });
});

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat?: string }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}

describe.each(
  dashboards.map((text) => JSON.parse(text) as { readonly title: string; readonly panels: readonly Panel[] }),
)("the dashboard $title", ({ panels }) => {
  const shown = panels.filter(({ type }) => type !== "row");

  test("has panels within Grafana's 24 columns, none over another, each with an id of its own", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  test("asks the chosen data source, under names that differ within a panel, and says in which unit", () => {
    expect(shown.length).toBeGreaterThan(15);
    for (const { title, targets = [], datasource, fieldConfig } of shown) {
      expect(datasource, title).toEqual({ type: "prometheus", uid: expect.stringMatching(/^\$\{datasource\}$/) });
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
      expect(targets.length, title).toBeGreaterThan(0);
      expect(fieldConfig?.defaults.unit, title).toBeTypeOf("string");
    }
  });

  test("names series by labels that the query keeps", () => {
    for (const { title, targets = [] } of shown) {
      for (const { expr, legendFormat = "" } of targets) {
        const kept = /^(?:sort_desc\()?(?:\w+ by|.*? - max by) \(([^)]*)\)/.exec(expr)?.[1]?.split(/, ?/);
        const named = [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = ""]) => label);
        if (kept !== undefined) expect(kept, `${title}: ${legendFormat}`).toEqual(expect.arrayContaining(named));
      }
    }
  });

  test("shows what is wrong on the first screen: counts in one row, and below it which objects, since when", () => {
    const first = shown.filter(({ gridPos }) => gridPos.y < 14);
    expect(first.map(({ type }) => type)).toEqual([...Array.from({ length: 6 }, () => "stat"), "table", "timeseries"]);
  });
});
