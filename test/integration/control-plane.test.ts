import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditOf } from "./control-plane/audit.ts";
import { Cluster, messageOf } from "./control-plane/cluster.ts";
import { type ControlPlane, startControlPlane } from "./control-plane/control-plane.ts";
import { linesOf } from "./control-plane/run.ts";
import { describeOnCluster } from "./control-plane/shared.ts";
import { type Check, listed, sleep, until } from "./control-plane/wait.ts";

/** That the troubles which other tests make are what they are called. */

const configMaps = "/api/v1/namespaces/default/configmaps";

async function makeConfigMap(cluster: Cluster, name: string): Promise<void> {
  const { status, body } = await cluster.request("POST", configMaps, {
    body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name } },
  });
  if (status !== 201) throw new Error(messageOf(body));
}

async function resourceVersion(cluster: Cluster): Promise<string> {
  const { body } = await cluster.request("GET", configMaps);
  return (body as { readonly metadata: { readonly resourceVersion: string } }).metadata.resourceVersion;
}

/** What a watch of a second says: `ADDED a`, or `ERROR 410`. */
async function watched(cluster: Cluster, version: string): Promise<string[]> {
  const path = `${configMaps}?watch=1&timeoutSeconds=1&resourceVersion=${version}`;
  return linesOf(await cluster.kubectl(["get", "--raw", path])).map((line) => {
    const { type, object } = JSON.parse(line) as WatchEvent;
    return `${type} ${object.code ?? object.metadata?.name}`;
  });
}

interface WatchEvent {
  readonly type: string;
  readonly object: { readonly code?: number; readonly metadata?: { readonly name?: string } };
}

describeOnCluster("the control plane of the tests", (shared) => {
  describe("with a watch cache", () => {
    let cluster: ControlPlane;
    beforeAll(async () => {
      cluster = await startControlPlane();
    });
    afterAll(() => cluster?.stop());

    test("keeps a compaction of etcd from watches until the API server restarts", async () => {
      const version = await resourceVersion(cluster);
      await makeConfigMap(cluster, "compacted");
      await cluster.compactEtcd();
      expect(await watched(cluster, version)).toEqual(["ADDED compacted"]);
      await cluster.restartApiServer("SIGKILL");
      expect(await watched(cluster, version)).toEqual(["ERROR 410"]);
    });

    test.each(["SIGTERM", "SIGKILL"] as const)("keeps objects when the API server gets %s", async (signal) => {
      await makeConfigMap(cluster, signal.toLowerCase());
      await cluster.restartApiServer(signal);
      linesOf(await cluster.kubectl(["get", "configmap", signal.toLowerCase()]));
    });

    test("keeps objects when etcd is killed", async () => {
      await makeConfigMap(cluster, "etcd-killed");
      await cluster.restartEtcd();
      linesOf(await cluster.kubectl(["get", "configmap", "etcd-killed"]));
    });

    test("says nothing while frozen, and goes on where it was", async () => {
      cluster.freezeApiServer();
      let answer = Promise.resolve(0);
      const isSilent = (): Promise<Check> => {
        answer = cluster.request("GET", "/readyz").then(({ status }) => status);
        return Promise.race([answer.then(String), sleep(500, true as const)]);
      };
      // On a busy machine the signal needs a moment to reach every thread.
      await until(isSilent, "silence");
      await opensConnection(new URL(cluster.access.url).port);
      cluster.thawApiServer();
      expect(await answer).toBe(200);
    });

    test("cuts connections through the proxy, and only those", async () => {
      const socket = connect(Number(new URL(cluster.access.proxyUrl).port), "127.0.0.1");
      const cut = new Promise((resolve) => socket.once("error", resolve));
      await until(
        () => connections(cluster) === 1 || `${connections(cluster)} connections`,
        "one connection through the proxy",
      );
      expect(cluster.cutWatches()).toBe(1);
      await cut;
      expect((await cluster.request("GET", "/readyz")).status).toBe(200);
    });

    test("lets nothing through while the proxy holds, and all of it afterwards", async () => {
      cluster.proxy.hold();
      const path = "/api/v1/namespaces/default";
      const answer = new Cluster({ ...cluster.access, url: cluster.access.proxyUrl }).request("GET", path);
      await until(() => connections(cluster) > 0 || "no connection", "a connection through the proxy");
      const other = cluster.request("GET", path).then(() => "the other was faster");
      expect(await Promise.race([answer, other])).toBe("the other was faster");
      cluster.proxy.release();
      expect((await answer).status).toBe(200);
    });
  });

  test("without a watch cache a compaction of etcd ends watches from before it", async () => {
    const cluster = await startControlPlane({ watchCache: false });
    try {
      const version = await resourceVersion(cluster);
      await makeConfigMap(cluster, "first");
      await makeConfigMap(cluster, "second");
      expect(await watched(cluster, version)).toEqual(["ADDED first", "ADDED second"]);
      await cluster.compactEtcd();
      expect(await watched(cluster, version)).toEqual(["ERROR 410"]);
    } finally {
      await cluster.stop();
    }
  });

  test("knows a ServiceAccount by its token, and writes what it did to the audit log", async () => {
    const namespace = await shared.newNamespace("audit");
    linesOf(await shared.kubectl(["-n", namespace, "create", "serviceaccount", "reader"]));
    const { kubeconfig } = await shared.asServiceAccount(namespace, "reader");
    const { stderr } = await shared.kubectl(["get", "nodes"], { kubeconfig });
    const user = `system:serviceaccount:${namespace}:reader`;
    expect(stderr).toContain(`User "${user}" cannot list resource "nodes"`);
    const isLogged = async (): Promise<Check> => {
      const asked = (await auditOf(shared, user)).map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`);
      return asked.includes("list nodes") || listed(asked);
    };
    await until(isLogged, "the request in the audit log");
  });

  test("collects what an owner leaves behind, and ends a namespace with all that is in it", async () => {
    const namespace = await shared.newNamespace("collected");
    const image = "example.com/none";
    linesOf(await shared.kubectl(["-n", namespace, "create", "deployment", "owner", "--image", image]));
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    const podCount = async (): Promise<number> => {
      const { body } = await shared.request("GET", pods);
      return (body as { readonly items: readonly unknown[] }).items.length;
    };
    const has = (count: number) => async (): Promise<true | string> => {
      const found = await podCount();
      return found === count || `${found} Pods`;
    };
    await until(has(1), "the Deployment's one Pod");
    linesOf(await shared.kubectl(["-n", namespace, "delete", "deployment", "owner"]));
    await until(has(0), "the end of the Pod");
    linesOf(await shared.kubectl(["delete", "namespace", namespace]));
  });
});

const connections = ({ proxy }: ControlPlane): number => proxy.connectionCount;

/** The kernel accepts connections for a frozen process. */
function opensConnection(port: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}
