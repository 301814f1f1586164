import { AwsReader } from "../../src/page/server/aws-reader.ts";
import { localWorld } from "../../src/page/server/local-world.ts";
import { questions } from "../../src/page/server/questions.ts";
import { Regions } from "../../src/page/server/regions.ts";
import { servePage } from "../../src/page/server/serve.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { type LocalRun, runLocal } from "./local-session.ts";

/** `ui -f DIR --simulate` on a virtual clock, the page's server included. */
export async function servedSession(directory: string): Promise<{ readonly run: LocalRun; readonly url: string }> {
  const { promise: isServed, resolve } = Promise.withResolvers<string>();
  const run = await runLocal(directory, new VirtualClock(), {}, async (parts) => {
    const { cloud, store, clock } = parts;
    const { account, region } = cloud;
    const regions = new Regions(cloud, { clock, requestsPerSecond: 1000 });
    const asked = { account, with: regions.with, now: () => clock.now() };
    const reader = new AwsReader({ ...asked, region, objects: () => store.objects(), pauseMs: 500 });
    const served = await servePage(localWorld(parts, reader, questions(asked)), { clock, port: 0 });
    resolve(served.url);
    return served;
  });
  return { run, url: await isServed };
}
