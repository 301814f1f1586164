import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createSimulatedAws, type SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { serveChecked } from "../simulator/checked-server.ts";
import { region } from "./examples.ts";

/** A simulated account behind HTTP on this machine, as the AWS SDK sees it. */
export interface AwsByHttp {
  readonly aws: SimulatedAws;
  /** The variables that lead an SDK there, and nowhere else: no profile, no instance role. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function awsByHttp(clock: Clock = systemClock()): Promise<AwsByHttp> {
  const aws = createSimulatedAws({ clock, random: seededRandom(1), region });
  const { url, close } = await serveChecked(aws, { port: 0 });
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "simulated",
    AWS_SECRET_ACCESS_KEY: "simulated",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
  return { aws, env, close };
}
