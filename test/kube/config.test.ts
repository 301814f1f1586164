import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { dump } from "js-yaml";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { currentNamespace, loadKubeConfig } from "../../src/kube/config.ts";

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), "kubeconfig-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  return root;
}

function kubeconfig(user: unknown, name = "one"): string {
  return dump({
    clusters: [{ name, cluster: { server: `https://${name}:6443`, "certificate-authority-data": btoa("the CA") } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: `${name}-ns` } }],
    "current-context": name,
  });
}

async function optionsOf(config: ReturnType<typeof loadKubeConfig>): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

const loadOf = (user: unknown, files: Readonly<Record<string, string>> = {}) =>
  loadKubeConfig({ kubeconfig: path.join(folder({ config: kubeconfig(user), ...files }), "config") });

describe("a kubeconfig", () => {
  test("gives server, CA, token and namespace", async () => {
    const config = loadOf({ token: "secret" });
    expect(config.getCurrentCluster()?.server).toBe("https://one:6443");
    expect(currentNamespace(config)).toBe("one-ns");
    expect(await optionsOf(config)).toMatchObject({
      ca: Buffer.from("the CA"),
      headers: { Authorization: "Bearer secret" },
    });
  });

  test("with a token file next to it is read again after a minute", async () => {
    const root = folder({ config: kubeconfig({ tokenFile: "token" }), token: "first\n" });
    const config = loadKubeConfig({ kubeconfig: path.join(root, "config") });
    expect((await optionsOf(config)).headers).toMatchObject({ Authorization: "Bearer first\n" });
    writeFileSync(path.join(root, "token"), "second");
    expect((await optionsOf(config)).headers).toMatchObject({ Authorization: "Bearer first\n" });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect((await optionsOf(config)).headers).toMatchObject({ Authorization: "Bearer second" });
  });

  test("with a plugin runs it with information about the cluster, and again when its token has expired", async () => {
    const script = [
      'echo x >> "$(dirname "$0")/runs"',
      'runs=$(wc -l < "$(dirname "$0")/runs" | tr -d " ")',
      'server=$(echo "$KUBERNETES_EXEC_INFO" | grep -o "https://[^\\"]*")',
      'expiry=2020-01-01T00:00:00Z; [ "$runs" = 1 ] || expiry=2999-01-01T00:00:00Z',
      'echo "{\\"status\\":{\\"token\\":\\"$runs $server $EXTRA\\",\\"expirationTimestamp\\":\\"$expiry\\"}}"',
    ].join("\n");
    const root = folder({ "plugin.sh": script });
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "sh",
      args: [path.join(root, "plugin.sh")],
      env: [{ name: "EXTRA", value: "more" }],
      provideClusterInfo: true,
    };
    const config = loadOf({ exec });
    const tokens: unknown[] = [];
    for (let i = 0; i < 3; i++) tokens.push((await optionsOf(config)).headers);
    expect(tokens).toEqual([
      { Authorization: "Bearer 1 https://one:6443 more" },
      { Authorization: "Bearer 2 https://one:6443 more" },
      { Authorization: "Bearer 2 https://one:6443 more" },
    ]);
  });

  test("of several files has what each of them adds, and the first context", () => {
    const root = folder({ a: kubeconfig({ token: "a" }), b: kubeconfig({ token: "b" }, "two") });
    const files = [path.join(root, "a"), path.join(root, "b"), path.join(root, "a")].join(path.delimiter);
    expect(loadKubeConfig({ kubeconfig: files }).getCurrentCluster()?.server).toBe("https://one:6443");
    const twoFirst = [path.join(root, "b"), path.join(root, "a")].join(path.delimiter);
    const other = loadKubeConfig({ kubeconfig: twoFirst });
    expect([other.getCurrentCluster()?.server, other.getCurrentUser()?.token]).toEqual(["https://two:6443", "b"]);
  });

  test.each([
    ["is not there", { kubeconfig: "none" }, /the kubeconfig .*none cannot be read: ENOENT/],
    ["is not YAML", { kubeconfig: "broken" }, /the kubeconfig .*broken cannot be read: /],
    ["is empty", { kubeconfig: "empty" }, /the kubeconfig .*empty (cannot be read|names no current context)/],
    ["names a context that it does not have", { kubeconfig: "stale" }, /has no context "two" .* it has one$/],
  ])("that %s is reported in one line", (_what, source, message) => {
    const stale = kubeconfig({}).replace("current-context: one", "current-context: two");
    const root = folder({ stale, broken: "a: [", empty: "" });
    expect(() => loadKubeConfig({ ...source, kubeconfig: path.join(root, source.kubeconfig) })).toThrow(message);
  });
});

describe("without a kubeconfig", () => {
  test("the ServiceAccount of the pod is used", async () => {
    vi.stubEnv("KUBERNETES_SERVICE_HOST", "10.0.0.1");
    vi.stubEnv("KUBERNETES_SERVICE_PORT", "443");
    onTestFinished(() => void vi.unstubAllEnvs());
    const account = "var/run/secrets/kubernetes.io/serviceaccount";
    const root = folder({
      [`${account}/token`]: "pod-token",
      [`${account}/ca.crt`]: "pod CA",
      [`${account}/namespace`]: "operators\n",
    });
    const config = loadKubeConfig({ kubeconfig: undefined, root });
    expect([config.getCurrentCluster()?.server, currentNamespace(config)]).toEqual([
      "https://10.0.0.1:443",
      "operators",
    ]);
    expect(await optionsOf(config)).toMatchObject({
      ca: Buffer.from("pod CA"),
      headers: { Authorization: "Bearer pod-token" },
    });
  });

  test("outside of a pod the message names both ways", () => {
    expect(() => loadKubeConfig({ kubeconfig: undefined, root: folder({}) })).toThrow(
      "no kubeconfig is given and this is not a pod with a ServiceAccount token: give --kubeconfig FILE or set KUBECONFIG",
    );
  });
});
