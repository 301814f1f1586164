import { connect, createServer, type Server, type Socket } from "node:net";
import { listen, portOf } from "./ports.ts";

interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
}

/** Passes bytes through to a port of the loopback address, and is the bad network on demand. */
export class TcpProxy {
  readonly #server: Server;
  readonly #links: Set<Link>;
  #held = false;

  private constructor(server: Server, links: Set<Link>) {
    this.#server = server;
    this.#links = links;
  }

  static async inFrontOf(targetPort: number): Promise<TcpProxy> {
    const links = new Set<Link>();
    const server = createServer({ allowHalfOpen: true });
    const proxy = new TcpProxy(server, links);
    server.on("connection", (client) => {
      const upstream = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
      const link = { client, upstream };
      links.add(link);
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        socket.on("error", () => other.destroy());
        socket.on("close", () => {
          other.destroy();
          links.delete(link);
        });
      }
      if (!proxy.#held) join(link);
    });
    await listen(server);
    return proxy;
  }

  get port(): number {
    return portOf(this.#server);
  }

  get connectionCount(): number {
    return this.#links.size;
  }

  /** Cuts every open connection, in the middle of what it says; new ones are served. @returns how many */
  cut(): number {
    const count = this.#links.size;
    for (const { client, upstream } of this.#links) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
    return count;
  }

  /** From now on nothing passes in either direction; open connections stay open, new ones open and stay silent. */
  hold(): void {
    this.#held = true;
    for (const { client, upstream } of this.#links) {
      for (const socket of [client, upstream]) {
        socket.unpipe();
        socket.pause();
      }
    }
  }

  /** Ends `hold`; what was said meanwhile arrives now. */
  release(): void {
    this.#held = false;
    for (const link of this.#links) join(link);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }
}

function join({ client, upstream }: Link): void {
  client.pipe(upstream);
  upstream.pipe(client);
}
