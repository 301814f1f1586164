import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { OutgoingRequest, ServerAccess } from "../../src/kube/connection.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { eventually } from "../eventually.ts";
import { type Certificate, selfSignedCertificate } from "./certificate.ts";
import { FakeApiServer } from "./fake-api-server.ts";
import { connectionTo, errorOf, messageOf, tokenAccess, world } from "./world.ts";

const read: OutgoingRequest = { method: "GET", path: "/version" };
const { signal } = new AbortController();

/** Credentials that a test may change under a connection. */
interface Changing {
  token: string;
  ca: string | undefined;
  cert?: string;
  proxyUrl?: string;
}

function changing(server: string, now: Changing): ServerAccess {
  return {
    getCurrentCluster: () => ({
      name: "test",
      server,
      skipTLSVerify: false,
      ...(now.proxyUrl === undefined ? {} : { proxyUrl: now.proxyUrl }),
    }),
    applyToHTTPSOptions: async (options) => {
      Object.assign(options, { ca: now.ca, headers: { Authorization: `Bearer ${now.token}` } });
    },
  };
}

const shared: { certificate?: Certificate } = {};
const certificate = (): Certificate => (shared.certificate ??= selfSignedCertificate("fake"));

async function secureWorld(load: (url: string) => ServerAccess) {
  const server = await FakeApiServer.start(certificate());
  server.on("GET /version", { json: { gitVersion: "v1.35.4" } });
  const connection = connectionTo(() => load(server.url));
  onTestFinished(async () => {
    await connection.close();
    await server.stop();
  });
  const get = async (): Promise<string> => text(await connection.send(read, signal));
  return { server, connection, get };
}

describe("credentials", () => {
  test("in the output of a plugin are not shown when it is not JSON", async () => {
    const applyToHTTPSOptions = async () => void JSON.parse("eyJhbGciOiJSUzI1NiJ9.secret");
    const { connection } = await secureWorld((url) => ({
      getCurrentCluster: () => ({ name: "test", server: url, skipTLSVerify: false }),
      applyToHTTPSOptions,
    }));
    const error = await connection.send(read, signal).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      reason: "Unauthorized",
      message: expect.stringMatching(/the output of the credential plugin .* is not shown .*: run the plugin by hand$/),
    });
    expect(inspect(error, { depth: 9 })).not.toMatch(/eyJ|secret/);
  });

  test("are not sent to a server without a trusted certificate, whatever NODE_TLS_REJECT_UNAUTHORIZED says", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    onTestFinished(() => void vi.unstubAllEnvs());
    const { server, get } = await secureWorld((url) => changing(url, { token: "secret", ca: undefined }));
    await expect(get()).rejects.toThrow(/certificate/);
    expect(server.requests).toEqual([]);
  });

  test("are asked for each request, while the connection stays", async () => {
    const now: Changing = { token: "", ca: certificate().cert };
    const { server, get } = await secureWorld((url) => changing(url, now));
    for (const token of ["one\n", "two", "three", "four"]) {
      now.token = token;
      await get();
    }
    const sent = server.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(["Bearer one", "Bearer two", "Bearer three", "Bearer four"]);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  test("that TLS depends on get connections of their own, and the old ones close when they are idle", async () => {
    const now: Changing = { token: "one", ca: certificate().cert };
    const { server, connection, get } = await secureWorld((url) => changing(url, now));
    server.on("GET /watch", { open: (answer) => answer.write("begun") });
    const watch = await connection.send({ method: "GET", path: "/watch", isWatch: true }, signal);
    await get();
    expect(server.connections).toBe(2);
    // The same certificate and one more: as when a CA is rotated.
    now.ca = `${now.ca}${selfSignedCertificate("next").cert}`;
    await get();
    expect(server.connections).toBe(3);
    await eventually(() => server.open === 2);
    const chunks = watch[Symbol.asyncIterator]();
    expect(String((await chunks.next()).value)).toBe("begun");
    await connection.close();
    expect(await errorOf(Promise.resolve(chunks.next()))).toBeInstanceOf(Error);
    await eventually(() => server.open === 0);
  });

  test("are read again after the server refused them", async () => {
    const tokens = ["old", "new"];
    const { server, connection, get } = await secureWorld((url) =>
      changing(url, { token: tokens.shift() ?? "none", ca: certificate().cert }),
    );
    await get();
    connection.refused();
    await get();
    await get();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer old",
      "Bearer new",
      "Bearer new",
    ]);
  });

  test("are asked for once by all requests that wait for them", async () => {
    let asked = 0;
    const { server, get } = await secureWorld((url) => ({
      ...changing(url, { token: "t", ca: certificate().cert }),
      applyToHTTPSOptions: async (options) => {
        asked++;
        await new Promise((resolve) => setImmediate(resolve));
        options.ca = certificate().cert;
      },
    }));
    await Promise.all(Array.from({ length: 8 }, get));
    expect([asked, server.requests.length]).toEqual([1, 8]);
  });

  test("that cannot be had are reported in one line", async () => {
    const { get } = await secureWorld((url) => ({
      ...changing(url, { token: "t", ca: undefined }),
      applyToHTTPSOptions: () => Promise.reject(new Error("aws: could not be found\n  try again\n")),
    }));
    expect(await messageOf(get())).toBe(
      "StoreError: no credentials for the API server https://127.0.0.1:PORT: aws: could not be found try again",
    );
  });

  test("that take forever are given up, so that the next request asks again", async () => {
    const clock = new VirtualClock();
    let asked = 0;
    const {
      server,
      connection,
      api,
      signal: own,
    } = await world({
      clock,
      load: (url) => ({
        ...tokenAccess(url),
        applyToHTTPSOptions: () => (++asked === 1 ? new Promise(() => undefined) : Promise.resolve()),
      }),
    });
    server.on("GET /version", { json: {} });
    const request = { method: "GET", path: "/version", target: { verb: "get", resource: "/version" } } as const;
    const late = messageOf(api.request(request, own));
    const hung = messageOf(connection.send(read, own));
    await clock.advance(10_000);
    expect(await late).toMatch(/did not answer within 10 s/);
    await clock.advance(20_000);
    expect(await hung).toMatch(/no credentials .*: the source of the credentials did not answer within 30 s/);
    expect(await api.request(request, own)).toEqual({});
  });

  test("of a user with a password go out as basic authentication, with impersonation", async () => {
    const { server, get } = await secureWorld((url) => ({
      ...changing(url, { token: "", ca: undefined }),
      applyToHTTPSOptions: async (options) => {
        Object.assign(options, { ca: certificate().cert, auth: "me:secret", headers: { "Impersonate-User": "you" } });
      },
    }));
    await get();
    expect(server.last.headers).toMatchObject({ authorization: "Basic bWU6c2VjcmV0", "impersonate-user": "you" });
  });
});

describe("an API server that cannot be reached", () => {
  const messageFor = async (server: string): Promise<string> => {
    const connection = connectionTo(() => tokenAccess(server));
    onTestFinished(() => connection.close());
    return await messageOf(connection.send(read, signal));
  };

  test("refuses the connection", async () => {
    const server = await FakeApiServer.start();
    const { url } = server;
    await server.stop();
    expect(await messageFor(url)).toBe(
      "StoreError: no answer from the API server http://127.0.0.1:PORT: connection refused",
    );
  });

  test("has a certificate that the CA did not sign", async () => {
    const { get } = await secureWorld((url) => changing(url, { token: "t", ca: selfSignedCertificate("other").cert }));
    expect(await messageOf(get())).toMatch(
      /no answer from the API server https:\/\/127\.0\.0\.1:PORT: its certificate is not signed by the CA/,
    );
  });

  test("is never reached once the connection is closed", async () => {
    const { connection, server, get } = await secureWorld((url) => changing(url, { token: "t", ca: undefined }));
    await connection.close();
    expect(await messageOf(get())).toMatch(/the connection is closed$/);
    expect(server.connections).toBe(0);
  });
});

test("watches keep no request waiting, however many there are, and one another neither", async () => {
  const { server, connection } = await world({ connections: 1 });
  server.on("GET /version", { json: {} });
  server.on("GET /watch", { open: (answer) => answer.write("begun") });
  const watch: OutgoingRequest = { method: "GET", path: "/watch", isWatch: true };
  const watches = await Promise.all([1, 2, 3].map(async () => await connection.send(watch, signal)));
  expect(await text(await connection.send(read, signal))).toBe("{}");
  expect(server.open).toBe(4);
  for (const answer of watches) answer.destroy();
});

test("reaches a server behind a path, as some gateways put it", async () => {
  const w = await world({ load: (url) => tokenAccess(`${url}/k8s/clusters/c-1`) });
  w.server.on("GET /k8s/clusters/c-1/version", { json: { gitVersion: "v1.35.4" } });
  const answer = await w.connection.send(read, w.signal);
  expect(answer.statusCode).toBe(200);
});

test("goes through the proxy that the kubeconfig names", async () => {
  const tunnels: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (request, socket) => {
    tunnels.push(request.url ?? "");
    const port = Number(request.url?.split(":")[1]);
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [upstream, socket]) end.on("error", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const { server, get } = await secureWorld((url) => changing(url, { token: "t", ca: certificate().cert, proxyUrl }));
  expect(JSON.parse(await get())).toEqual({ gitVersion: "v1.35.4" });
  expect(tunnels).toEqual([server.url.slice("https://".length)]);
});

test("says which proxies it can use", async () => {
  const { get } = await secureWorld((url) =>
    changing(url, { token: "t", ca: undefined, proxyUrl: "socks5://localhost:1080" }),
  );
  expect(await messageOf(get())).toMatch(/proxy-url must be an http or https URL, found socks5:/);
});
