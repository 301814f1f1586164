import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { CommandError } from "../../../src/operator/io.ts";
import { serveMetrics } from "../../../src/operator/run/servers.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import type { HttpServer } from "../../../src/runtime/http-server.ts";
import { textPage } from "../../../src/runtime/http-server.ts";
import { collectingLog } from "../../../src/runtime/log.ts";
import { eventually } from "../../eventually.ts";
import { type Certificate, selfSignedCertificate } from "../../kube/certificate.ts";

const pages = { "/metrics": () => textPage(200, "awsbatch_build_info 1\n") };
const metricsAddress = { host: "127.0.0.1", port: 0 };

/** A directory as a Secret of a certificate is mounted. */
function mounted(): { readonly directory: string; put(files: Readonly<Record<string, string>>): void } {
  const directory = mkdtempSync(join(tmpdir(), "tls-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return {
    directory,
    put(files) {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
    },
  };
}

const asSecret = ({ cert, key }: Certificate) => ({ "tls.crt": cert, "tls.key": key });

async function served(flags: { readonly metricsTlsDirectory?: string; readonly metricsClientCa?: string }) {
  const [clock, log] = [new VirtualClock(), collectingLog()];
  const server = await serveMetrics({ metricsAddress, ...flags }, pages, { clock, log });
  onTestFinished(() => server.close());
  return { server, clock, log };
}

/** What a scraper sees that trusts `ca`, and shows `client`. */
async function scrape({ address }: HttpServer, ca: Certificate, client?: Certificate) {
  return await new Promise<{ readonly body: string; readonly subject: string; readonly protocol: string | null }>(
    (resolve, reject) => {
      const asked = request(
        { host: address.host, port: address.port, path: "/metrics", ca: ca.cert, agent: false, ...client },
        (answer) => {
          const socket = answer.socket as TLSSocket;
          const { subject } = socket.getPeerCertificate();
          const protocol = socket.getProtocol();
          text(answer).then((body) => resolve({ body, subject: String(subject.CN), protocol }), reject);
        },
      );
      asked.on("error", reject);
      asked.end();
    },
  );
}

const [first, second, ofPrometheus, ofOthers] = ["first", "second", "prometheus", "others"].map(selfSignedCertificate);
if (first === undefined || second === undefined || ofPrometheus === undefined || ofOthers === undefined) {
  throw new Error("four certificates are made");
}

describe("metrics by HTTPS", () => {
  test("are served with the certificate of the directory, and by nothing but TLS", async () => {
    const secret = mounted();
    secret.put(asSecret(first));
    const { server } = await served({ metricsTlsDirectory: secret.directory });
    expect(await scrape(server, first)).toEqual({
      body: "awsbatch_build_info 1\n",
      subject: "first",
      protocol: "TLSv1.3",
    });
    await expect(scrape(server, second)).rejects.toThrow(/self-signed/);
    await expect(fetch(`http://127.0.0.1:${server.address.port}/metrics`)).rejects.toThrow();
  });

  test("take up a renewed certificate within a minute, and not one of no use", async () => {
    const secret = mounted();
    secret.put(asSecret(first));
    const { server, clock, log } = await served({ metricsTlsDirectory: secret.directory });
    const saidWithinAMinute = async (message: string) => {
      const before = log.lines.length;
      await clock.advance(60_000);
      await eventually(() => log.lines.length > before);
      expect(log.lines.at(-1)?.message).toBe(message);
    };
    secret.put({ "tls.key": second.key });
    await saidWithinAMinute("the renewed certificate of the metrics server is invalid; using the previous one");
    expect((await scrape(server, first)).subject).toBe("first");
    secret.put(asSecret(second));
    await saidWithinAMinute("renewed the certificate of the metrics server");
    expect((await scrape(server, second)).subject).toBe("second");
    // The second time, and back to what it was at the start.
    secret.put(asSecret(first));
    await saidWithinAMinute("renewed the certificate of the metrics server");
    expect((await scrape(server, first)).subject).toBe("first");
    expect(log.lines).toHaveLength(3);
  });

  test("are given to clients of the given authority and to no others", async () => {
    const secret = mounted();
    secret.put({ ...asSecret(first), "clients.crt": ofPrometheus.cert });
    const { server } = await served({
      metricsTlsDirectory: secret.directory,
      metricsClientCa: join(secret.directory, "clients.crt"),
    });
    expect((await scrape(server, first, ofPrometheus)).body).toBe("awsbatch_build_info 1\n");
    await expect(scrape(server, first, ofOthers)).rejects.toThrow();
    await expect(scrape(server, first)).rejects.toThrow();
  });

  test.each([
    ["without a certificate", {}, {}, /cannot be read: ENOENT.*tls\.(?:crt|key).*needs tls\.crt and tls\.key/],
    [
      "with another's key",
      { "tls.crt": first.cert, "tls.key": second.key },
      {},
      /cannot be served with that certificate/,
    ],
    [
      "with what is not a certificate",
      { "tls.crt": "x", "tls.key": "y" },
      {},
      /cannot be served with that certificate/,
    ],
    ["without the file of the authorities", asSecret(first), { metricsClientCa: "/nowhere/ca.crt" }, /ca\.crt/],
  ])("do not start %s, and the error says what is expected", async (_what, files, flags, words) => {
    const secret = mounted();
    secret.put(files);
    const starting = served({ metricsTlsDirectory: secret.directory, ...flags });
    await expect(starting).rejects.toThrow(words);
    await expect(starting).rejects.toBeInstanceOf(CommandError);
  });

  test("cannot be asked of clients without TLS", async () => {
    await expect(served({ metricsClientCa: "/tmp/ca.crt" })).rejects.toThrow(
      "--metrics-client-ca needs --metrics-tls-directory",
    );
  });
});
