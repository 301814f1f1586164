import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { CommandError } from "../../../src/operator/io.ts";
import type { RunFlags } from "../../../src/operator/run/options.ts";
import { type RunPorts, runOperator } from "../../../src/operator/run/start.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { SimulatedCloud } from "../../../src/tools/simulated-cloud.ts";
import { FakeApiServer, refusal, type SeenRequest } from "../../kube/fake-api-server.ts";
import { testIo } from "../../tools/streams.ts";

const group = "/apis/awsbatch.dev/v1alpha1";
const leases = "/apis/coordination.k8s.io/v1/namespaces/operators/leases";

/** An API server with the CRDs and no objects, where everything is allowed and nobody holds the lease. */
export async function emptyCluster(): Promise<FakeApiServer> {
  const server = await FakeApiServer.start();
  onTestFinished(() => server.stop());
  const resources = kinds.flatMap(({ plural }) => [{ name: plural }, { name: `${plural}/status` }]);
  server.on("GET /version", { json: { gitVersion: "v1.35.4" } });
  server.on(`GET ${group}`, { json: { resources } });
  server.on("POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    status: 201,
    json: { status: { allowed: true } },
  });
  server.on("GET /api/v1/namespaces/kube-system", { json: { metadata: { uid: "uid-of-kube-system" } } });
  server.on("GET /api/v1/namespaces/operators", { json: { metadata: { uid: "uid-of-operators", labels: {} } } });
  for (const { plural } of kinds) {
    server.on(`GET ${group}/${plural}`, ({ query }) =>
      query["watch"] === undefined
        ? { json: { metadata: { resourceVersion: "1" }, items: [] } }
        : { open: () => undefined },
    );
  }
  server.on("GET /api/v1/namespaces", ({ query }) =>
    query["watch"] === undefined
      ? { json: { metadata: { resourceVersion: "1" }, items: [] } }
      : { open: () => undefined },
  );
  const stored = ({ body }: SeenRequest) => ({
    status: 201,
    json: { metadata: { resourceVersion: "2" }, spec: body.spec },
  });
  server.on(`GET ${leases}/aws-batch-operator`, refusal(404, "NotFound", "there is none"));
  server.on(`POST ${leases}`, stored);
  server.on(`PATCH ${leases}/aws-batch-operator`, stored);
  return server;
}

/** A kubeconfig with a token; the same for every test. @param namespace of its context */
export function kubeconfigTo(url: string, namespace?: string): string {
  const directory = mkdtempSync(join(tmpdir(), "run-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "kubeconfig");
  const config = {
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace } }],
    clusters: [{ name: "test", cluster: { server: url, "insecure-skip-tls-verify": true } }],
    users: [{ name: "test", user: { token: "the-secret-token" } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** `run` in this process, against that server and a simulated AWS. */
export function started(url: string, flags: Partial<RunFlags> = {}, ports: Partial<RunPorts> = {}) {
  const given: RunFlags = {
    region: "us-east-1",
    leaseNamespace: "operators",
    leaderElect: true,
    metricsAddress: anyPort,
    healthAddress: anyPort,
    ...flags,
  };
  return startedWith(url, given, { open: async () => simulatedIn("us-east-1"), ...ports });
}

const anyPort = { host: "127.0.0.1", port: 0 };

export function simulatedIn(region: string): SimulatedCloud {
  return new SimulatedCloud({ clock: systemClock(), random: seededRandom(1), region });
}

/** The same with these flags and ports alone. */
export function startedWith(url: string, flags: Omit<RunFlags, "kubeconfig">, ports: Partial<RunPorts>) {
  const { io, stderr, interrupt, sendUserSignal } = testIo();
  const ended = runOperator({ ...flags, kubeconfig: kubeconfigTo(url) }, io, {
    random: seededRandom(1),
    ...ports,
  }).then(
    (exitCode) => ({ exitCode, message: "" }),
    (error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      return { exitCode: error.exitCode, message: error.message.replaceAll(url, "SERVER") };
    },
  );
  const log = () =>
    stderr.text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  /** The URLs of health and metrics. */
  const urls = (): readonly string[] => {
    const { addresses } = log().find(({ message }) => message === "starting") ?? {};
    return (addresses as { readonly port: number }[]).map(({ port }) => `http://127.0.0.1:${port}`);
  };
  return { ended, log, urls, interrupt, sendUserSignal, stderr };
}
