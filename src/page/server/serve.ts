import { CommandError } from "../../operator/io.ts";
import type { Clock } from "../../runtime/clock.ts";
import { answerTo } from "./ask.ts";
import { pageFiles } from "./page-files.ts";
import { Publisher } from "./publisher.ts";
import { serveUi } from "./server.ts";
import type { World } from "./world.ts";

/** The page of a world, while it is served. */
export interface ServedPage {
  /** With the token. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the page of a world on this machine.
 *
 * @param options real time, and the port (0: any free one)
 * @throws CommandError if the port cannot be used
 */
export async function servePage(
  world: World,
  { clock, port }: { readonly clock: Clock; readonly port: number },
): Promise<ServedPage> {
  const files = await pageFiles();
  const publisher = new Publisher(world, clock);
  try {
    const server = await serveUi({ files, publisher, clock, port, ask: (...about) => answerTo(world, ...about) });
    return {
      url: server.url,
      async close() {
        publisher.close();
        await server.close();
      },
    };
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    const hint = error.code === "EADDRINUSE" ? ": choose another --port, or 0 for any free one" : "";
    throw new CommandError(`cannot listen on port ${port}: ${error.message}${hint}`, { cause: error });
  }
}
