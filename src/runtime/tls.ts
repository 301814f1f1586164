import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where a server's certificate is. */
export interface TlsFiles {
  /** Has `tls.crt` and `tls.key`, as a Secret of type kubernetes.io/tls that is mounted. */
  readonly directory: string;
  /** PEM of the authorities one of which must have signed a client's certificate. Undefined: no client is asked for one. */
  readonly clientCaFile: string | undefined;
}

/** The same, read: PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | undefined;
}

/** @throws Error of Node, with a `code` such as `ENOENT` and the path in its message */
export async function readTls({ directory, clientCaFile }: TlsFiles): Promise<TlsMaterial> {
  const read = (path: string): Promise<string> => readFile(path, "utf8");
  const [cert, key, ca] = await Promise.all([
    read(join(directory, "tls.crt")),
    read(join(directory, "tls.key")),
    clientCaFile === undefined ? undefined : read(clientCaFile),
  ]);
  return { cert, key, ca };
}
