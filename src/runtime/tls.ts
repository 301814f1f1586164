import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Files of a server's certificate. */
export interface TlsFiles {
  /** Contains `tls.crt` and `tls.key`, as a mounted Secret of type kubernetes.io/tls. */
  readonly directory: string;
  /** PEM file with the CAs of client certificates. Undefined: clients need no certificate. */
  readonly clientCaFile: string | undefined;
}

/** Their contents: PEM. */
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
