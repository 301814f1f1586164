import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump } from "js-yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isCi, prometheus } from "../../scripts/test/tools.ts";
import { Child } from "../integration/control-plane/child.ts";
import { type ControlPlane, startControlPlane } from "../integration/control-plane/control-plane.ts";
import { freePorts } from "../integration/control-plane/ports.ts";
import { until } from "../integration/control-plane/wait.ts";
import { OperatorProcess } from "../integration/operator/operator-process.ts";
import { Account } from "../integration/stories/account.ts";
import { install } from "../integration/stories/installed.ts";
import { stack, untilSettled, withInstances } from "../integration/stories/stack.ts";
import { Team } from "../integration/stories/team.ts";
import { selfSignedCertificate } from "../kube/certificate.ts";
import { batchJob, computeEnvironment, ec2, withTypes } from "../manifests.ts";
import { root } from "./helm.ts";

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}

const dashboard = JSON.parse(
  readFileSync(join(root, "charts/aws-batch-operator/files/dashboards/aws-batch-operator.json"), "utf8"),
) as Dashboard;
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);

/** What shows something only when something went wrong or had to wait, or a minute after there was a job: it is asked. */
const quiet = /outcome!="ok"|awsbatch_aws_budget_wait_seconds|awsbatch_queue_|awsbatch_job|kind="BatchJob"/;

describe.skipIf(!isCi() && prometheus.missing() !== undefined)("the dashboard, on Prometheus,", () => {
  const began = Math.floor(Date.now() / 1000);
  let directory = "";
  let prometheusUrl = "";
  let team: Team;
  const running: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "dashboard-"));
    running.unshift(() => rm(directory, { recursive: true, force: true }));
    const cluster = await startControlPlane();
    running.unshift(() => cluster.stop());
    const account = new Account({ speed: 50 });
    running.unshift(() => account.close());
    await install(cluster);
    const metricsUrl = await operatorByHttps(cluster, (await account.front()).url);
    await prometheusOf(metricsUrl);
    team = await Team.in(cluster);
    await team.apply(...stack);
    await untilSettled(team, account);
    // It stays in the middle until Prometheus has seen it.
    const held = { ...ec2, replacement: { ...ec2.replacement, holdBefore: ["Repoint" as const] } };
    await team.apply(computeEnvironment("app", withTypes(["m7i.large"], held)));
    for (const query of ["max by (step) (awsbatch_replacements) > 0", "awsbatch_not_ready_since_timestamp_seconds"]) {
      await untilSeen(query);
    }
    await team.apply(withInstances("m7i.large"));
    await untilSettled(team, account);
    // It needs two scrapes.
    await untilSeen("rate(status_writes_total[30s])");
  });
  afterAll(async () => {
    for (const stop of running) await stop();
  });

  /** Metrics as docs/metrics.md offers them: by HTTPS, to those who have a certificate. */
  async function operatorByHttps(cluster: ControlPlane, awsUrl: string): Promise<string> {
    const [page, scraper] = [selfSignedCertificate("operator"), selfSignedCertificate("prometheus")];
    const files = {
      "tls.crt": page.cert,
      "tls.key": page.key,
      "scraper.crt": scraper.cert,
      "scraper.key": scraper.key,
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
    const operator = await OperatorProcess.start({
      kubeconfig: cluster.access.kubeconfig,
      directory,
      awsUrl,
      flags: [
        "--lease-namespace=default",
        `--metrics-tls-directory=${directory}`,
        `--metrics-client-ca=${directory}/scraper.crt`,
      ],
    });
    running.unshift(() => operator.stop());
    await operator.untilReady();
    return operator.metricsUrl;
  }

  async function prometheusOf(metricsUrl: string): Promise<void> {
    const [port = 0] = await freePorts(1);
    const scrape = {
      job_name: "batch-aws-batch-operator",
      scheme: "https",
      tls_config: {
        ca_file: join(directory, "tls.crt"),
        cert_file: join(directory, "scraper.crt"),
        key_file: join(directory, "scraper.key"),
      },
      static_configs: [
        // The labels that Kubernetes' discovery gives.
        { targets: [new URL(metricsUrl).host], labels: { namespace: "aws-batch-system", pod: "operator-0" } },
      ],
    };
    const configuration = join(directory, "prometheus.yaml");
    await writeFile(configuration, dump({ global: { scrape_interval: "1s" }, scrape_configs: [scrape] }));
    const child = new Child({
      name: "Prometheus",
      program: "prometheus",
      args: [
        `--config.file=${configuration}`,
        `--storage.tsdb.path=${join(directory, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      logFile: join(directory, "prometheus.log"),
    });
    running.unshift(() => child.stop());
    prometheusUrl = `http://127.0.0.1:${port}`;
    await child.untilReady(async () => (await fetch(`${prometheusUrl}/-/ready`)).ok);
  }

  async function api(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
    const answer = await fetch(`${prometheusUrl}/api/v1/${path}?${String(new URLSearchParams(parameters))}`);
    const { data, error } = (await answer.json()) as { readonly data?: unknown; readonly error?: string };
    if (error !== undefined) throw new Error(`${JSON.stringify(parameters)}: ${error}`);
    return data;
  }

  /** How many series a query has had so far. */
  async function asked(query: string): Promise<number> {
    const end = Math.floor(Date.now() / 1000);
    const data = await api("query_range", { query, start: String(began), end: String(end), step: "1" });
    return (data as { readonly result: readonly unknown[] }).result.length;
  }

  const untilSeen = (query: string): Promise<void> =>
    until(async () => (await asked(query)) > 0 || "no series", `a series of ${query}`);

  test.each(queries)("shows something in %s, as an environment is made and replaced: %s", async (_title, expr) => {
    const query = expr.replaceAll(/\$(namespace|job)\b/g, ".*").replaceAll("$__rate_interval", "30s");
    expect(query).not.toContain("$");
    // What is shown only above zero was zero, at least.
    const series = await asked(quiet.test(query) ? query : query.replace(/ > 0$/, ""));
    if (!quiet.test(query)) expect(series).toBeGreaterThan(0);
  });

  test("counts jobs that run or failed in their own row, and not among what is not Ready or Stalled", async () => {
    const expressions = new Map(queries);
    const shows = async (title: string, labels = ""): Promise<string> => {
      const query = (expressions.get(title) ?? "").replaceAll(/\$(namespace|job)\b/g, ".*");
      const data = await api("query", { query: labels === "" ? query : `${query} and on (status) ${labels}` });
      const { result } = data as { readonly result: readonly { readonly value: readonly [number, string] }[] };
      return result.map(({ value: [, shown] }) => shown).join();
    };
    const job = (name: string, command: readonly string[]) =>
      batchJob(name, {
        jobQueueRef: { name: "app" },
        jobDefinitionRef: { name: "app" },
        containerOverrides: { command: [...command] },
      });
    await team.apply(job("runs", ["sleep", "100000"]), job("fails", ["sh", "-c", "exit 3"]));
    const byStatus = "BatchJob objects by status";
    const isStatus = (status: string) => `label_replace(vector(1), "status", "${status}", "", "")`;
    await until(async () => {
      const [running, failed] = [await shows(byStatus, isStatus("RUNNING")), await shows(byStatus, isStatus("FAILED"))];
      return (running === "1" && failed === "1") || `${running || 0} running, ${failed || 0} failed`;
    }, "one job that runs and one that failed");
    const stalled = 'awsbatch_objects{kind="BatchJob",condition="Stalled",status="True"} > 0';
    await untilSeen(stalled);
    expect([
      await shows("Not Ready"),
      await shows("Stalled"),
      await shows("BatchJob objects that are held up"),
    ]).toEqual(["0", "0", ""]);
  });

  test("finds namespaces and releases to choose from", async () => {
    const values = dashboard.templating.list.flatMap(({ query }) => {
      const [, match, label] =
        /^label_values\((.*), (\w+)\)$/.exec((query as { readonly query?: string }).query ?? "") ?? [];
      return match === undefined || label === undefined ? [] : [{ match: match.replaceAll(/\$\w+/g, ".*"), label }];
    });
    expect(values.map(({ label }) => label)).toEqual(["namespace", "job"]);
    const found = await Promise.all(
      values.map(({ match, label }) => api(`label/${label}/values`, { "match[]": match })),
    );
    expect(found).toEqual([["aws-batch-system"], ["batch-aws-batch-operator"]]);
  });
});
