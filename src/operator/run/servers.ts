import { type Clock, sleep } from "../../runtime/clock.ts";
import {
  type HttpServer,
  type ListenAddress,
  type Pages,
  type SecureServer,
  servePages,
  serveSecurePages,
} from "../../runtime/http-server.ts";
import type { Log } from "../../runtime/log.ts";
import { readTls, type TlsFiles, type TlsMaterial } from "../../runtime/tls.ts";
import { CommandError } from "../io.ts";
import type { RunFlags } from "./options.ts";

/** Interval of reading certificate files; kubelet and cert-manager renew them long before they expire. */
const readEveryMs = 60_000;

/** @throws CommandError if it cannot listen on the address */
export function serveHealth(address: ListenAddress, pages: Pages): Promise<HttpServer> {
  return listen("--health-address", address, () => servePages(address, pages));
}

/**
 * Serves metrics, over HTTPS if a certificate is given; renewed files are used.
 * @throws CommandError if it cannot listen on the address, or if the certificate is missing or invalid
 */
export async function serveMetrics(
  { metricsAddress, metricsTlsDirectory, metricsClientCa }: Partial<RunFlags> & Pick<RunFlags, "metricsAddress">,
  pages: Pages,
  ports: { readonly clock: Clock; readonly log: Log },
): Promise<HttpServer> {
  const flag = "--metrics-address";
  if (metricsTlsDirectory === undefined) {
    if (metricsClientCa === undefined)
      return await listen(flag, metricsAddress, () => servePages(metricsAddress, pages));
    throw new CommandError(
      "--metrics-client-ca needs --metrics-tls-directory: without TLS clients send no certificate",
    );
  }
  const files = { directory: metricsTlsDirectory, clientCaFile: metricsClientCa };
  const material = await readTls(files).catch((cause: Error) => {
    throw new CommandError(
      `the certificate of the metrics page cannot be read: ${cause.message}. --metrics-tls-directory needs tls.crt and ` +
        "tls.key, as in a mounted Secret of type kubernetes.io/tls; --metrics-client-ca a file with certificates",
      { cause },
    );
  });
  const server = await listen(flag, metricsAddress, () => serveSecurePages(metricsAddress, pages, material));
  const closed = new AbortController();
  const following = followCertificate(server, files, material, { ...ports, signal: closed.signal });
  return {
    address: server.address,
    close: async () => {
      closed.abort(new Error("the server is closed"));
      await following;
      await server.close();
    },
  };
}

async function followCertificate(
  server: SecureServer,
  files: TlsFiles,
  first: TlsMaterial,
  { clock, log, signal }: { readonly clock: Clock; readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  let used = first;
  const pause = () =>
    sleep(clock, readEveryMs, signal).then(
      () => true,
      () => false,
    );
  while (await pause()) {
    try {
      const read = await readTls(files);
      if (read.cert === used.cert && read.key === used.key && read.ca === used.ca) continue;
      server.renew(read);
      used = read;
      log.info("renewed the certificate of the metrics server", { directory: files.directory });
    } catch (error) {
      log.warn("the renewed certificate of the metrics server is invalid; using the previous one", { error });
    }
  }
}

async function listen<S>(flag: string, { host = "", port }: ListenAddress, serve: () => Promise<S>): Promise<S> {
  try {
    return await serve();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const isTls = String(error.code).startsWith("ERR_OSSL");
    const problem = isTls ? "cannot be served with that certificate and key" : "cannot be listened on";
    throw new CommandError(`${flag} ${host}:${port} ${problem}: ${error.message}`, { cause: error });
  }
}
