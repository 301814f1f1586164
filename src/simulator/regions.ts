import type { Knobs } from "./knobs.ts";
import { Refusal } from "./refusals.ts";
import { createSimulatedAws, type SimulatedAws, type SimulatedAwsOptions } from "./simulated-aws.ts";

/** AWS has fewer; each costs memory for as long as the simulator runs. */
const regionsMax = 50;

/**
 * Terraform, scripts and tests read what they have just written, and see it in AWS nearly always. Other services know a new
 * role later all the same.
 */
const readsShowWrites: Partial<Knobs> = { stalenessMs: 0, iamVisibleMs: 0 };

/**
 * One account in all its regions: each region has its own Batch and EC2, and all share the roles and profiles of IAM. A
 * region begins empty with the first request to it. A read shows each write before it.
 *
 * @param given of the first region, which also serves requests that name none
 * @returns the account in a region; throws Refusal when it names none, or there are too many
 */
export function simulatedRegions(given: SimulatedAwsOptions): (region: string | undefined) => SimulatedAws {
  const options = { ...given, knobs: { ...readsShowWrites, ...given.knobs } };
  const first = createSimulatedAws(options);
  const regions = new Map([[first.region, first]]);
  return (region = first.region) => {
    const known = regions.get(region);
    if (known !== undefined) return known;
    if (!/^[a-z]{2,3}(-[a-z]+)+-\d{1,2}$/.test(region) || regions.size >= regionsMax) {
      throw new Refusal("UnrecognizedClientException", 400, `there is no region ${region}`); // our words
    }
    const created = createSimulatedAws({ ...options, region, identities: first.identities });
    regions.set(region, created);
    return created;
  };
}

/**
 * The region for which a request is signed; undefined: it is not signed.
 *
 * @param authorization the header, as in https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedRegion(authorization: string | undefined): string | undefined {
  return /Credential=[^/]+\/\d{8}\/([^/]+)\//.exec(authorization ?? "")?.[1];
}
