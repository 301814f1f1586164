import { createServer, type Socket } from "node:net";

/**
 * As much of Redis as Argo CD needs for its cache: values with a time to live, and channels. It speaks version 2 of the
 * protocol (RESP2); clients that ask for version 3 get an error and go on with 2.
 */
export class RedisServer {
  readonly #values = new Map<string, { readonly value: Buffer; readonly until: number }>();
  readonly #subscribers = new Map<string, Set<Socket>>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#serve(socket));

  listen(port: number): Promise<void> {
    return new Promise((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let received = Buffer.alloc(0);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      for (const sockets of this.#subscribers.values()) sockets.delete(socket);
    });
    // A process that ends closes its connections as it likes.
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let request = parsed(received); request !== undefined; request = parsed(received)) {
        received = received.subarray(request.bytes);
        socket.write(this.#answer(request.parts, socket));
      }
    });
  }

  #answer([command = Buffer.alloc(0), ...args]: readonly Buffer[], socket: Socket): Buffer {
    const [key = "", second = Buffer.alloc(0)] = [args[0]?.toString(), args[1]];
    switch (command.toString().toUpperCase()) {
      case "PING":
        return line("+PONG");
      case "GET":
        return bulk(this.#read(key));
      case "SET":
        this.#values.set(key, { value: second, until: expiry(args.slice(2).map(String)) });
        return line("+OK");
      case "EXISTS":
        return line(`:${this.#read(key) === undefined ? 0 : 1}`);
      case "DEL":
        return line(`:${args.filter((one) => this.#values.delete(one.toString())).length}`);
      case "SUBSCRIBE":
        this.#subscribersOf(key).add(socket);
        return Buffer.concat([line("*3"), bulk(Buffer.from("subscribe")), bulk(args[0]), line(":1")]);
      case "PUBLISH":
        for (const one of this.#subscribersOf(key)) {
          one.write(Buffer.concat([line("*3"), bulk(Buffer.from("message")), bulk(args[0]), bulk(second)]));
        }
        return line(`:${this.#subscribersOf(key).size}`);
      default:
        return line(`-ERR unknown command '${command.toString()}'`);
    }
  }

  #read(key: string): Buffer | undefined {
    const found = this.#values.get(key);
    return found === undefined || found.until < Date.now() ? undefined : found.value;
  }

  #subscribersOf(channel: string): Set<Socket> {
    const known = this.#subscribers.get(channel) ?? new Set();
    this.#subscribers.set(channel, known);
    return known;
  }
}

/** The first whole request in these bytes: an array of strings. */
function parsed(bytes: Buffer): { readonly parts: readonly Buffer[]; readonly bytes: number } | undefined {
  let at = 0;
  const number = (): number | undefined => {
    const end = bytes.indexOf("\r\n", at);
    if (end < 0) return undefined;
    const found = Number(bytes.subarray(at + 1, end).toString());
    at = end + 2;
    return found;
  };
  const count = number();
  if (count === undefined) return undefined;
  const parts: Buffer[] = [];
  while (parts.length < count) {
    const length = number();
    if (length === undefined || bytes.length < at + length + 2) return undefined;
    parts.push(Buffer.from(bytes.subarray(at, at + length)));
    at += length + 2;
  }
  return { parts, bytes: at };
}

/** When a value of SET ends, in milliseconds: `EX seconds` or `PX milliseconds`. */
function expiry(options: readonly string[]): number {
  const value = (name: string) => Number(options[options.findIndex((one) => one.toUpperCase() === name) + 1]);
  const has = (name: string) => options.some((one) => one.toUpperCase() === name);
  if (has("EX")) return Date.now() + value("EX") * 1000;
  return has("PX") ? Date.now() + value("PX") : Number.POSITIVE_INFINITY;
}

function line(text: string): Buffer {
  return Buffer.from(`${text}\r\n`);
}

function bulk(value: Buffer | undefined): Buffer {
  return value === undefined ? line("$-1") : Buffer.concat([line(`$${value.length}`), value, line("")]);
}
