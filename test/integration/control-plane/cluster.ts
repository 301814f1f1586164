import { readFileSync } from "node:fs";
import { Agent, request as httpsRequest } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { writeKubeconfig } from "./credentials.ts";
import { lastLogged, type ObjectShown, objectsInWords } from "./failure-text.ts";
import { type RunResult, run } from "./run.ts";
import { patienceMs } from "./wait.ts";

/** How to reach a control plane, as plain data: a worker of the test runner gets it from the process that started it. */
export interface ClusterAccess {
  /** `https://127.0.0.1:PORT` of kube-apiserver itself. */
  readonly url: string;
  /** The same server through the TCP proxy. */
  readonly proxyUrl: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly caFile: string;
  readonly adminToken: string;
  /** The admin's, to `url`. */
  readonly kubeconfig: string;
  /** One JSON event (audit.k8s.io/v1, level Metadata) per line; also of earlier runs of a restarted server. */
  readonly auditLog: string;
  /** Removed with the control plane; kubeconfigs and logs are in it. */
  readonly directory: string;
  readonly kubectlPath: string;
  readonly helmPath: string;
}

export interface RequestOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly accept?: string;
  /** Default: the admin's. */
  readonly token?: string;
}

export interface Response {
  readonly status: number;
  /** Parsed when the server said that it is JSON. */
  readonly body: unknown;
}

export interface ServiceAccountAccess {
  readonly token: string;
  /** Path of a kubeconfig with that token. */
  readonly kubeconfig: string;
}

/** A running API server, seen from outside: as an admin, or as whom a token says. */
export class Cluster {
  readonly access: ClusterAccess;
  #agent: Agent | undefined;

  constructor(access: ClusterAccess) {
    this.access = access;
  }

  /** One call of the API, no watch. A refusal is a result; @throws Error when no answer comes. */
  request(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const { body, contentType = "application/json", accept = "application/json", token } = options;
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      accept,
      authorization: `Bearer ${token ?? this.access.adminToken}`,
      ...(payload === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(payload) }),
    };
    // An idle connection ends here before the server ends it (after 90 s), perhaps just as a request is on its way.
    const idle = { keepAlive: true, timeout: 30_000 };
    this.#agent ??= new Agent({ ...idle, maxSockets: 8, ca: readFileSync(this.access.caFile) });
    const agent = this.#agent;
    return new Promise((resolve, reject) => {
      const call = httpsRequest(new URL(path, this.access.url), { method, headers, agent }, (incoming) => {
        text(incoming)
          .then((said) => {
            const isJson = incoming.headers["content-type"]?.includes("json") ?? false;
            return { status: incoming.statusCode ?? 0, body: isJson ? JSON.parse(said) : said };
          })
          .then(resolve, reject);
      });
      call.setTimeout(patienceMs, () => call.destroy(new Error(`${method} ${path}: no answer`)));
      call.on("error", reject);
      call.end(payload);
    });
  }

  /**
   * Runs the real kubectl, as the admin or with another kubeconfig. A failing exit code is a result. `wait` and `delete`
   * wait as long as tests do; where they fail, `stderr` also has how our objects in their namespace stand.
   */
  async kubectl(
    args: readonly string[],
    options: { readonly input?: string; readonly kubeconfig?: string } = {},
  ): Promise<RunResult> {
    const waits = args.includes("wait") || args.includes("delete");
    const patience = waits ? [`--timeout=${patienceMs / 1000}s`] : [];
    const result = await this.#run(this.access.kubectlPath, [...args, ...patience], options);
    const at = args.findIndex((arg) => arg === "-n" || arg === "--namespace");
    const namespace = at < 0 ? undefined : args[at + 1];
    if (result.code === 0 || !waits || namespace === undefined) return result;
    return { ...result, stderr: `${result.stderr}kubectl ${args.join(" ")}${await this.#standing(namespace)}` };
  }

  /** Runs the real Helm; see `kubectl`. */
  helm(args: readonly string[], options: { readonly kubeconfig?: string } = {}): Promise<RunResult> {
    return this.#run(this.access.helmPath, args, options);
  }

  /** Makes a namespace that nothing else uses. @returns its name, which begins with `prefix` */
  async newNamespace(prefix: string): Promise<string> {
    const { status, body } = await this.request("POST", "/api/v1/namespaces", {
      body: { apiVersion: "v1", kind: "Namespace", metadata: { generateName: `${prefix}-` } },
    });
    if (status !== 201) throw new Error(`no namespace for ${prefix}: ${messageOf(body)}`);
    return (body as { readonly metadata: { readonly name: string } }).metadata.name;
  }

  /**
   * A token of a ServiceAccount, good for an hour, and a kubeconfig with it.
   * @param url where its kubeconfig points; default the server itself, `access.proxyUrl` to go through the proxy
   * @throws Error when the ServiceAccount does not exist
   */
  async asServiceAccount(namespace: string, name: string, url = this.access.url): Promise<ServiceAccountAccess> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    const { status, body } = await this.request("POST", path, {
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } },
    });
    if (status !== 201) throw new Error(`no token for ServiceAccount ${namespace}/${name}: ${messageOf(body)}`);
    const { token } = (body as { readonly status: { readonly token: string } }).status;
    const file = join(this.access.directory, `kubeconfig-${namespace}-${name}-${new URL(url).port}`);
    return { token, kubeconfig: await writeKubeconfig(file, { url, caFile: this.access.caFile, token, namespace }) };
  }

  /** Closes its connections. */
  disconnect(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  /** How our objects in a namespace stand, and what was logged about it. */
  async #standing(namespace: string): Promise<string> {
    const lists = await Promise.all(
      kinds.map(async ({ group, version, plural }) => {
        const { body } = await this.request("GET", `/apis/${group}/${version}/namespaces/${namespace}/${plural}`);
        return (body as { readonly items?: readonly ObjectShown[] }).items ?? [];
      }),
    );
    return `${objectsInWords(lists.flat())}\n${await lastLogged(this.access.directory, namespace)}`;
  }

  #run(
    program: string,
    args: readonly string[],
    { input, kubeconfig }: { readonly input?: string; readonly kubeconfig?: string },
  ): Promise<RunResult> {
    const environment = { KUBECONFIG: kubeconfig ?? this.access.kubeconfig, HOME: this.access.directory };
    return run(program, args, { environment, ...(input === undefined ? {} : { input }) });
  }
}

/** What the API server says in a Status, or all of another answer. */
export function messageOf(body: unknown): string {
  if (typeof body === "object" && body !== null && "message" in body) return String(body.message);
  return JSON.stringify(body);
}
