import { readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { AwsError } from "../../../src/aws/errors.ts";
import { CommandError } from "../../../src/operator/io.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { servePages } from "../../../src/runtime/http-server.ts";
import { eventually } from "../../eventually.ts";
import { refusal } from "../../kube/fake-api-server.ts";
import { emptyCluster, started } from "./world.ts";

const said = (log: () => readonly Readonly<Record<string, unknown>>[]) => log().map(({ message }) => message);

const untilSaid = (log: Parameters<typeof said>[0], message: string) => eventually(() => said(log).includes(message));

describe("run", () => {
  test("leads, reads AWS, is ready, and releases the lease when it is asked to stop", async () => {
    const server = await emptyCluster();
    const { ended, log, urls, interrupt, stderr } = started(server.url);
    await untilSaid(log, "this replica leads");
    const [health, metrics] = urls();
    const ready = async () => (await fetch(`${health}/readyz`)).status;
    while ((await ready()) !== 200) expect(said(log)).not.toContain("stopped");
    const text = await (await fetch(`${metrics}/metrics`)).text();
    for (const series of [
      'leader_election_master_status{name="aws-batch-operator"} 1',
      'awsbatch_aws_calls_total{operation="batch:DescribeComputeEnvironments",outcome="ok",region="us-east-1"} 1',
      'awsbatch_objects{kind="JobQueue",condition="Ready",status="True"} 0',
      'awsbatch_replacements{step="Draining"} 0',
      'rest_client_requests_total{method="POST",code="201"}',
      'awsbatch_observer_age_seconds{region="us-east-1"}',
      "awsbatch_build_info{version=",
      "process_resident_memory_bytes",
      "nodejs_eventloop_lag_seconds",
    ]) {
      expect(text).toContain(series);
    }
    const served = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
    const documented = readFileSync("docs/metrics.md", "utf8").matchAll(/^\| `(\w+)`/gm);
    expect(served.filter((name) => !/^(process|nodejs)_/.test(name)).toSorted()).toEqual(
      [...documented].map(([, name = ""]) => name).toSorted(),
    );
    interrupt();
    expect(await ended).toEqual({ exitCode: 0, message: "" });
    expect(said(log)).toEqual([
      "starting",
      "connected to AWS",
      "this replica leads",
      "the lease is released",
      "stopped",
    ]);
    // A watch that the server ends may be asked for once more meanwhile.
    const lastWrite = server.requests.findLast(({ method }) => method !== "GET");
    expect(lastWrite).toMatchObject({ method: "PATCH", body: { spec: { holderIdentity: "" } } });
    expect(stderr.text).not.toContain("the-secret-token");
    await expect(fetch(`${health}/healthz`)).rejects.toThrow();
  });

  test("a standby is ready and leaves AWS alone", async () => {
    const server = await emptyCluster();
    const lease = "GET /apis/coordination.k8s.io/v1/namespaces/operators/leases/aws-batch-operator";
    const spec = { holderIdentity: "another", leaseDurationSeconds: 15, renewTime: "2026-01-01T00:00:00.000000Z" };
    server.on(lease, { json: { metadata: { resourceVersion: "1" }, spec } });
    const { ended, log, urls, interrupt } = started(server.url);
    await untilSaid(log, "another replica leads");
    const [health, metrics] = urls();
    while ((await fetch(`${health}/readyz`)).status !== 200) expect(said(log)).not.toContain("stopped");
    expect(await (await fetch(`${metrics}/metrics`)).text()).not.toContain("batch:Describe");
    interrupt();
    expect((await ended).exitCode).toBe(0);
    expect(server.requests.filter(({ path, method }) => path.includes("leases") && method !== "GET")).toEqual([]);
  });

  test("without leader election it works at once and asks for no lease", async () => {
    const server = await emptyCluster();
    const { ended, log, urls, interrupt } = started(server.url, { leaderElect: false });
    await untilSaid(log, "connected to AWS");
    while ((await fetch(`${urls()[0]}/readyz`)).status !== 200) expect(said(log)).not.toContain("stopped");
    interrupt();
    expect((await ended).exitCode).toBe(0);
    expect(server.requests.filter(({ path }) => path.includes("leases"))).toEqual([]);
  });

  test("ends with 1 as soon as the lease is another's", async () => {
    const server = await emptyCluster();
    const leases = "/apis/coordination.k8s.io/v1/namespaces/operators/leases";
    const { ended, log } = started(server.url, {}, { clock: systemClock(10) });
    await untilSaid(log, "this replica leads");
    server.on(`PATCH ${leases}/aws-batch-operator`, refusal(409, "Conflict", "changed meanwhile"));
    server.on(`GET ${leases}/aws-batch-operator`, {
      json: { metadata: { resourceVersion: "9" }, spec: { holderIdentity: "another", leaseDurationSeconds: 15 } },
    });
    expect(await ended).toEqual({ exitCode: 1, message: "" });
    expect(said(log).slice(-2)).toEqual(["leadership is lost, this replica stops its work", "stopped"]);
  });

  test("without leader election asks for no lease, nor whether it may have one", async () => {
    const server = await emptyCluster();
    const { ended, log, urls, interrupt } = started(server.url, { leaderElect: false });
    await untilSaid(log, "connected to AWS");
    while ((await fetch(`${urls()[0]}/readyz`)).status !== 200) expect(said(log)).not.toContain("stopped");
    interrupt();
    expect((await ended).exitCode).toBe(0);
    const reviewed = server.requests.map(({ body }) => body?.spec?.resourceAttributes?.resource as unknown);
    expect(reviewed).toContain("jobqueues");
    expect(reviewed).not.toContain("leases");
    expect(server.requests.filter(({ path }) => path.includes("leases"))).toEqual([]);
  });

  test("a signal changes the log level and changes it back", async () => {
    const server = await emptyCluster();
    const { ended, log, interrupt, sendUserSignal } = started(server.url, { logLevel: "warn" });
    sendUserSignal();
    await untilSaid(log, "starting");
    sendUserSignal();
    interrupt();
    await ended;
    expect(log().filter(({ message }) => message === "changed the log level")).toMatchObject([
      { level: "debug", logLevel: "debug" },
      { level: "warn", logLevel: "warn" },
    ]);
    expect(said(log).at(-1)).toBe("changed the log level");
  });
});

describe("run in chosen namespaces", () => {
  const watchNamespace = ["team-a", "team-b"];
  const reviews = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

  /** The cluster, in which nothing in these namespaces may be read. */
  async function without(...closed: readonly string[]) {
    const server = await emptyCluster();
    server.on(reviews, ({ body }) => {
      const { namespace } = body.spec.resourceAttributes;
      return { status: 201, json: { status: { allowed: !closed.includes(namespace) } } };
    });
    for (const namespace of watchNamespace) {
      const itself = { metadata: { name: namespace, uid: namespace, resourceVersion: "1" } };
      const answer = closed.includes(namespace) ? refusal(403, "Forbidden", "no") : { json: itself };
      server.on(`GET /api/v1/namespaces/${namespace}`, answer);
      server.on(`GET /api/v1/watch/namespaces/${namespace}`, { open: () => undefined });
      for (const { group, version, plural } of kinds) {
        const list = `GET /apis/${group}/${version}/namespaces/${namespace}/${plural}`;
        server.on(list, ({ query }) => {
          if (closed.includes(namespace)) return refusal(403, "Forbidden", "no");
          if (query["watch"] !== undefined) return { open: () => undefined };
          return { json: { metadata: { resourceVersion: "1" }, items: [] } };
        });
      }
    }
    return server;
  }

  test("goes on without one that may not be read, and says which and why", async () => {
    const server = await without("team-b");
    const { ended, log, urls, interrupt } = started(server.url, { watchNamespace });
    await untilSaid(log, "this replica leads");
    while ((await fetch(`${urls()[0]}/readyz`)).status !== 200) expect(said(log)).not.toContain("stopped");
    expect(log()[0]).toMatchObject({
      level: "warn",
      message: "permissions are missing in a watched namespace",
      problem: expect.stringContaining("list, watch batchroles.awsbatch.dev"),
    });
    const refused = log().filter(({ level }) => level === "error");
    expect(refused).toHaveLength(kinds.length + 1);
    expect(refused[0]).toMatchObject({ namespace: "team-b", error: { reason: "Forbidden" } });
    interrupt();
    expect((await ended).exitCode).toBe(0);
  });

  test("does not start when none of them may be read", async () => {
    const server = await without(...watchNamespace);
    const { exitCode, message } = await started(server.url, { watchNamespace }).ended;
    expect(exitCode).toBe(2);
    expect(message).toMatch(/in namespace team-a \(.*in namespace team-b \(/);
  });
});

describe("run does not start", () => {
  test("when the API server cannot be reached", async () => {
    const server = await emptyCluster();
    const { url } = server;
    await server.stop();
    const { ended } = started(url);
    expect(await ended).toEqual({
      exitCode: 2,
      message: "no answer from the API server SERVER: connection refused",
    });
  });

  test("when the CRDs are missing", async () => {
    const server = await emptyCluster();
    server.on("GET /apis/awsbatch.dev/v1alpha1", { status: 404, text: "404 page not found" });
    const { exitCode, message } = await started(server.url).ended;
    expect(exitCode).toBe(2);
    expect(message).toMatch(
      /^the cluster does not serve batchroles, batchnetworks, batchcomputeenvironments, schedulingpolicies, serviceenvironments, jobqueues, quotashares, consumableresources, jobdefinitions, batchjobs of \S+: install the CRDs with `kubectl /,
    );
  });

  test("when permissions are missing, which it names", async () => {
    const server = await emptyCluster();
    server.on("POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews", ({ body }) => {
      const { resource, subresource, verb } = body.spec.resourceAttributes;
      const allowed = !(resource === "jobqueues" && subresource === "status") && verb !== "watch";
      return { status: 201, json: { status: { allowed } } };
    });
    const { exitCode, message } = await started(server.url).ended;
    expect(exitCode).toBe(2);
    expect(message).toContain("patch jobqueues.awsbatch.dev/status");
    expect(message).toMatch(/watch [^;]*batchjobs\.awsbatch\.dev \(/);
  });

  test("when the namespace of its lease is not there", async () => {
    const server = await emptyCluster();
    const { ended } = started(server.url, { leaseNamespace: "nowhere" });
    server.on("GET /api/v1/namespaces/nowhere", refusal(404, "NotFound", 'namespaces "nowhere" not found'));
    expect(await ended).toEqual({
      exitCode: 2,
      message:
        "namespace nowhere for the Lease does not exist: run `kubectl create namespace nowhere`, or set --lease-namespace",
    });
  });

  test.each([
    [
      "AWS takes no credentials",
      new AwsError("credentials", "sts:GetCallerIdentity", "X", "none were found"),
      2,
      /none were found\. In a pod/,
    ],
    [
      "the account is not allowed",
      new CommandError("the credentials belong to account 1"),
      1,
      /^the credentials belong to account 1$/,
    ],
  ])("when %s", async (_when, error, exitCode, message) => {
    const server = await emptyCluster();
    const { ended, urls, log } = started(server.url, {}, { open: async () => Promise.reject(error) });
    expect(await ended).toEqual({ exitCode, message: expect.stringMatching(message) });
    expect(said(log)).toEqual(["starting"]);
    await expect(fetch(`${urls()[0]}/healthz`)).rejects.toThrow();
    expect(server.requests.filter(({ path }) => path.includes("leases"))).toEqual([]);
  });

  test("when an address is in use", async () => {
    const server = await emptyCluster();
    const other = await servePages({ host: "127.0.0.1", port: 0 }, {});
    onTestFinished(() => other.close());
    const { exitCode, message } = await started(server.url, { metricsAddress: other.address }).ended;
    expect(exitCode).toBe(1);
    expect(message).toMatch(/^--metrics-address 127\.0\.0\.1:\d+ cannot be listened on: .*EADDRINUSE/);
  });

  test("while AWS does not answer it is alive, not ready, and can be stopped", async () => {
    const server = await emptyCluster();
    const unavailable = new AwsError("unavailable", "sts:GetCallerIdentity", "TimeoutError", "no answer");
    const { ended, log, urls, interrupt } = started(server.url, {}, { open: async () => Promise.reject(unavailable) });
    await untilSaid(log, "AWS does not answer, retrying");
    const [health] = urls();
    expect((await fetch(`${health}/healthz`)).status).toBe(200);
    const ready = await fetch(`${health}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain("[-] aws: the AWS identity is not known yet");
    interrupt();
    expect(await ended).toEqual({ exitCode: 0, message: "" });
  });
});
