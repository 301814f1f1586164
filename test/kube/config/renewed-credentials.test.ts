import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { KubeApi } from "../../../src/kube/api.ts";
import { loadKubeConfig } from "../../../src/kube/config.ts";
import { apiServer } from "../../../src/operator/kubernetes.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { type Certificate, selfSignedCertificate } from "../certificate.ts";
import { FakeApiServer, type Reply, refusal, type SeenRequest } from "../fake-api-server.ts";
import { connectionTo, errorOf, storeOn, widget, widgetKind, widgets } from "../world.ts";

/** Files of credentials that are renewed on disk, a server that wants the new ones, and the client of `run`. */

const unauthorized = refusal(401, "Unauthorized", "Unauthorized");
const listed: Reply = { json: { metadata: { resourceVersion: "7" }, items: [widget("w", "7")] } };
const { signal } = new AbortController();

/** Admits requests for which `lets` returns true, and answers the others with 401. */
async function serverThat(lets: (request: SeenRequest) => boolean, certificate?: Certificate): Promise<FakeApiServer> {
  const server = await FakeApiServer.start(certificate);
  onTestFinished(() => server.stop());
  server.on(`GET ${widgets()}`, (request) => {
    if (!lets(request)) return unauthorized;
    return request.query["watch"] === undefined ? listed : { open: (answer) => answer.end() };
  });
  server.on(`PATCH ${widgets("team-a", "w")}`, (request) =>
    lets(request) ? { json: widget("w", "8") } : unauthorized,
  );
  return server;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "credentials-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

interface Written {
  readonly server: string;
  readonly user: Readonly<Record<string, unknown>>;
  readonly ca?: string;
}

function writeKubeconfig(file: string, { server, user, ca }: Written): void {
  const trust = ca === undefined ? { "insecure-skip-tls-verify": true } : { "certificate-authority-data": btoa(ca) };
  const config = {
    clusters: [{ name: "test", cluster: { server, ...trust } }],
    users: [{ name: "test", user }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  };
  writeFileSync(file, JSON.stringify(config));
}

/** The client as `run` makes it of a kubeconfig. */
function clientOf(kubeconfig: string) {
  const { api, close } = apiServer(kubeconfig, {}, { clock: systemClock(), onAnswer: undefined });
  onTestFinished(close);
  return storeOn(api);
}

type Client = ReturnType<typeof storeOn>;

const requests: readonly (readonly [what: string, send: (client: Client) => Promise<unknown>])[] = [
  ["a list", (client) => client.list(widgetKind, signal)],
  ["a watch", (client) => Array.fromAsync(client.watch(widgetKind, "7", signal))],
  ["a write", (client) => client.patchMetadata(widgetKind, widget("w", "7"), { addFinalizer: "test.dev/f" }, signal)],
];

const withToken = (token: string) => (request: SeenRequest) => request.headers.authorization === `Bearer ${token}`;

describe("a token that the server does not accept any more", () => {
  test.each(requests)("in a kubeconfig is read again after %s was answered with 401", async (_what, send) => {
    let valid = "old";
    const server = await serverThat((request) => withToken(valid)(request));
    const kubeconfig = path.join(temporaryFolder(), "config");
    writeKubeconfig(kubeconfig, { server: server.url, user: { token: "old" } });
    const client = clientOf(kubeconfig);
    await send(client);
    valid = "new";
    writeKubeconfig(kubeconfig, { server: server.url, user: { token: "new" } });
    expect(await errorOf(send(client))).toMatchObject({ reason: "Unauthorized" });
    await send(client);
    // Also of the second renewal.
    valid = "newest";
    writeKubeconfig(kubeconfig, { server: server.url, user: { token: "newest" } });
    expect(await errorOf(send(client))).toMatchObject({ reason: "Unauthorized" });
    await send(client);
  });

  test("in a file next to the kubeconfig is read again after 401, sooner than once a minute", async () => {
    let valid = "old";
    const server = await serverThat((request) => withToken(valid)(request));
    const folder = temporaryFolder();
    const kubeconfig = path.join(folder, "config");
    writeFileSync(path.join(folder, "token"), "old");
    writeKubeconfig(kubeconfig, { server: server.url, user: { tokenFile: "token" } });
    const client = clientOf(kubeconfig);
    await client.list(widgetKind, signal);
    valid = "new";
    writeFileSync(path.join(folder, "token"), "new");
    expect(await errorOf(client.list(widgetKind, signal))).toMatchObject({ reason: "Unauthorized" });
    await client.list(widgetKind, signal);
  });

  test("of the pod's ServiceAccount is read again after 401, sooner than once a minute", async () => {
    let valid = "old";
    const certificate = selfSignedCertificate("server");
    const server = await serverThat((request) => withToken(valid)(request), certificate);
    const root = temporaryFolder();
    const account = path.join(root, "var/run/secrets/kubernetes.io/serviceaccount");
    mkdirSync(account, { recursive: true });
    const { port } = new URL(server.url);
    vi.stubEnv("KUBERNETES_SERVICE_HOST", "127.0.0.1");
    vi.stubEnv("KUBERNETES_SERVICE_PORT", port);
    onTestFinished(() => void vi.unstubAllEnvs());
    writeFileSync(path.join(account, "token"), "old");
    writeFileSync(path.join(account, "ca.crt"), certificate.cert);
    const load = () => loadKubeConfig({ kubeconfig: undefined, root });
    const connection = connectionTo(load);
    onTestFinished(() => connection.close());
    const client = storeOn(new KubeApi({ connection, clock: systemClock(), onAnswer: undefined }));
    await client.list(widgetKind, signal);
    valid = "new";
    writeFileSync(path.join(account, "token"), "new");
    expect(await errorOf(client.list(widgetKind, signal))).toMatchObject({ reason: "Unauthorized" });
    await client.list(widgetKind, signal);
  });

  test("is asked of the file once for each refusal, and stays refused as long as nobody renews it", async () => {
    const server = await serverThat(withToken("new"));
    const kubeconfig = path.join(temporaryFolder(), "config");
    writeKubeconfig(kubeconfig, { server: server.url, user: { token: "old" } });
    const client = clientOf(kubeconfig);
    for (let time = 0; time < 3; time++) {
      expect(await errorOf(client.list(widgetKind, signal))).toMatchObject({ reason: "Unauthorized" });
    }
    // Somebody is writing it just now.
    writeFileSync(kubeconfig, "clusters: [");
    expect(String(await errorOf(client.list(widgetKind, signal)))).toMatch(/no credentials .*cannot be read/);
    writeKubeconfig(kubeconfig, { server: server.url, user: { token: "new" } });
    await client.list(widgetKind, signal);
  });
});

describe("a client certificate", () => {
  const files = ({ cert, key }: Certificate, folder: string): void => {
    writeFileSync(path.join(folder, "client.crt"), cert);
    writeFileSync(path.join(folder, "client.key"), key);
  };

  test("in files is the renewed one with the next request, without a 401", async () => {
    let valid = "old";
    const certificate = selfSignedCertificate("server");
    const server = await serverThat(({ clientName }) => clientName === valid, certificate);
    const folder = temporaryFolder();
    const kubeconfig = path.join(folder, "config");
    files(selfSignedCertificate("old"), folder);
    const user = { "client-certificate": "client.crt", "client-key": "client.key" };
    writeKubeconfig(kubeconfig, { server: server.url, user, ca: certificate.cert });
    const client = clientOf(kubeconfig);
    await client.list(widgetKind, signal);
    valid = "new";
    files(selfSignedCertificate("new"), folder);
    await client.list(widgetKind, signal);
    expect(server.requests.map(({ clientName }) => clientName)).toEqual(["old", "new"]);
  });

  test("inside a kubeconfig is read again after 401", async () => {
    let valid = "old";
    const certificate = selfSignedCertificate("server");
    const server = await serverThat(({ clientName }) => clientName === valid, certificate);
    const kubeconfig = path.join(temporaryFolder(), "config");
    const write = (name: string): void => {
      const { cert, key } = selfSignedCertificate(name);
      const user = { "client-certificate-data": btoa(cert), "client-key-data": btoa(key) };
      writeKubeconfig(kubeconfig, { server: server.url, user, ca: certificate.cert });
    };
    write("old");
    const client = clientOf(kubeconfig);
    await client.list(widgetKind, signal);
    valid = "new";
    write("new");
    expect(await errorOf(client.list(widgetKind, signal))).toMatchObject({ reason: "Unauthorized" });
    await client.list(widgetKind, signal);
  });
});

describe("a server whose certificate is signed by a new CA", () => {
  test("is trusted again when the kubeconfig names that CA", async () => {
    const [old, renewed] = [selfSignedCertificate("server"), selfSignedCertificate("server")];
    const server = await serverThat(() => true, renewed);
    const kubeconfig = path.join(temporaryFolder(), "config");
    writeKubeconfig(kubeconfig, { server: server.url, user: { token: "t" }, ca: old.cert });
    const client = clientOf(kubeconfig);
    expect(String(await errorOf(client.list(widgetKind, signal)))).toMatch(/not signed by the CA/);
    writeKubeconfig(kubeconfig, { server: server.url, user: { token: "t" }, ca: renewed.cert });
    await client.list(widgetKind, signal);
  });
});
