import { onTestFinished } from "vitest";
import type { Kind, KubeObject } from "../../src/api/object.ts";
import { KubeApi } from "../../src/kube/api.ts";
import { type KubeStoreOptions, kubeStore } from "../../src/kube/client.ts";
import { Connection, type ServerAccess } from "../../src/kube/connection.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { FakeApiServer } from "./fake-api-server.ts";

export const widgetKind: Kind = { group: "test.dev", version: "v1", kind: "Widget", plural: "widgets", shortNames: [] };

/** The path of the widgets of a namespace, or of all. */
export function widgets(namespace?: string, name?: string): string {
  const scope = namespace === undefined ? "" : `/namespaces/${namespace}`;
  return `/apis/test.dev/v1${scope}/widgets${name === undefined ? "" : `/${name}`}`;
}

/** A widget as the API server gives it. */
export function widget(name: string, resourceVersion: string, namespace = "team-a"): KubeObject {
  return {
    apiVersion: "test.dev/v1",
    kind: "Widget",
    metadata: {
      name,
      namespace,
      uid: `uid-${name}`,
      resourceVersion,
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec: { size: 1 },
  };
}

/** Credentials without a kubeconfig: a bearer token for a server that speaks plain HTTP. */
export function tokenAccess(server: string, token = "secret-token"): ServerAccess {
  return {
    getCurrentCluster: () => ({ name: "test", server, skipTLSVerify: true }),
    applyToHTTPSOptions: async (options) => {
      options.headers = { Authorization: `Bearer ${token}` };
    },
  };
}

export interface WorldOptions extends Partial<Omit<KubeStoreOptions, "api">> {
  readonly clock?: Clock;
  readonly load?: (url: string) => ServerAccess;
  readonly connections?: number;
}

export function connectionTo(load: () => ServerAccess, clock = systemClock(), connections = 16): Connection {
  return new Connection({ load, clock, userAgent: "aws-batch-operator/1.2.3", connections });
}

/** The operator's store on an API server. */
export function storeOn(api: KubeApi, options: Partial<KubeStoreOptions> = {}) {
  return kubeStore({
    api,
    random: () => 0.5,
    fieldManager: "aws-batch-operator",
    reporter: { controller: "test.dev/operator", instance: "pod-1" },
    mayWrite: () => ({ deadlineMs: 10_000 }),
    watchNamespaces: undefined,
    ...options,
  });
}

/** A fake API server and the real client on top of it; both end with the test. */
export async function world(options: WorldOptions = {}) {
  const { clock = systemClock(), load = tokenAccess, connections, ...store } = options;
  const server = await FakeApiServer.start();
  const connection = connectionTo(() => load(server.url), clock, connections);
  onTestFinished(async () => {
    await connection.close();
    await server.stop();
  });
  const api = new KubeApi({ connection, clock, onAnswer: undefined });
  const abort = new AbortController();
  return {
    server,
    connection,
    api,
    clock,
    abort,
    signal: abort.signal,
    store: storeOn(api, store),
  };
}

/** What a promise rejects with. */
export async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    (value) => Promise.reject(new Error(`it gave ${JSON.stringify(value)} instead of an error`)),
    (error: unknown) => error,
  );
}

/** The message of an error that a promise rejects with. */
export async function messageOf(work: Promise<unknown>): Promise<string> {
  return String(await errorOf(work)).replace(/:\d{4,5}\b/g, ":PORT");
}
