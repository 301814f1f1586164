import type { Environment } from "../../aws/batch.ts";
import type { DescribedJob } from "../../aws/queue-jobs.ts";
import type { Finding as Cause } from "../../diagnosis/causes.ts";
import type { NetworkFact } from "../../diagnosis/facts.ts";
import { type Described, templateReferences } from "../../network/described.ts";
import type { Workload } from "../../network/needs.ts";
import { picture } from "../../network/picture.ts";
import type { NetworkReader } from "../../network/port.ts";
import { type Finding, type Preflight, preflight } from "../../network/preflight.ts";
import { list, sentenceOf } from "../../network/remedies.ts";
import type { NetworkReport } from "./report.ts";

const bundles = new Set(["optimal", "default_x86_64", "default_arm64"]);

/**
 * Whether instances of an environment reach AWS, from facts read from EC2 now. Undefined without subnets.
 *
 * @param job the first of the queue; its images count too
 */
export async function readNetwork(
  environment: Environment,
  job: DescribedJob | undefined,
  {
    network,
    region,
    signal,
  }: { readonly network: Pick<NetworkReader, "of">; readonly region: string; readonly signal: AbortSignal },
): Promise<NetworkReport | undefined> {
  const described = describedBy(environment);
  if (described === undefined) return undefined;
  const facts = await network.of(described.request, { maxAgeMs: 0, signal });
  const found = preflight(described, workloadOf(described, region, job), facts);
  const name = environment.computeEnvironmentName;
  return {
    fact: factOf(found, described.platform),
    others: others(found, name, described.platform),
    found,
    picture: picture(found),
  };
}

/** AWS's description of an environment, as input of the preflight. */
function describedBy({ computeResources: resources, containerOrchestrationType }: Environment): Described | undefined {
  if (resources === undefined) return undefined;
  const fargate = resources.type === "FARGATE" || resources.type === "FARGATE_SPOT";
  const platform = fargate ? "fargate" : containerOrchestrationType === "EKS" ? "eks" : "ecs";
  const { instanceTypes = [], ec2Configuration = [], imageId, ec2KeyPair, placementGroup } = resources;
  const images = [imageId, ...ec2Configuration.map(({ imageIdOverride }) => imageIdOverride)];
  const template = resources.launchTemplate;
  const templates = template === undefined ? [] : [template, ...(template.overrides ?? [])];
  return {
    platform,
    instanceTypes,
    request: {
      subnetIds: resources.subnets ?? [],
      securityGroupIds: resources.securityGroupIds ?? [],
      instanceTypes: instanceTypes.filter((entry) => !bundles.has(entry)),
      launchTemplates: templates.flatMap(templateReferences),
      instanceProfile: resources.instanceRole,
      imageIds: [...new Set(images.filter((id) => id !== undefined && id !== ""))] as readonly string[],
      keyPairs: ec2KeyPair === undefined || ec2KeyPair === "" ? [] : [ec2KeyPair],
      placementGroups: placementGroup === undefined || placementGroup === "" ? [] : [placementGroup],
      endpointServices: [],
    },
  };
}

function workloadOf({ platform }: Described, region: string, job: DescribedJob | undefined): Workload {
  if (job === undefined) return { region, platform, jobs: [] };
  const { images, logDriver, secrets, publicIp } = job.needs;
  return { region, platform, jobs: [{ name: job.definition, images, logDriver, secrets, publicIp }] };
}

/** Whether jobs can start: needs of single jobs do not prevent an instance from joining. */
function factOf({ findings }: Preflight, platform: Described["platform"]): NetworkFact {
  const grave = findings.filter((finding) => isGrave(finding, platform));
  const worst = grave.find(({ state }) => state === "Unreachable") ?? grave[0];
  if (worst === undefined) return { state: "Reachable", sentence: "", fix: "" };
  return { state: worst.state, sentence: sentence(worst), fix: fix(worst) };
}

function others({ findings }: Preflight, name: string, platform: Described["platform"]): readonly Cause[] {
  return findings
    .filter((finding) => finding.state === "Unreachable" && !isGrave(finding, platform))
    .map((finding) => ({
      code: "NetworkUnreachable",
      sentence: `jobs on ${name} start, but cannot reach what they need: ${sentence(finding)}`,
      fix: fix(finding),
    }));
}

function isGrave({ neededBy }: Finding, platform: Described["platform"]): boolean {
  return neededBy === "environment" || platform === "fargate";
}

function sentence({ message, subnetIds, needs }: Finding): string {
  const services = [...new Set(needs.map(({ service }) => service))];
  const from = subnetIds.length === 0 ? "" : `from ${list(subnetIds)}`;
  const to = services.length === 0 ? "" : ` to ${list(services)}`;
  return from === "" ? message : `${from}${to}: ${message}`;
}

function fix({ remedies, state }: Finding): string {
  if (remedies.length === 0 && state === "Unknown") return "ask again later";
  return list(remedies.map(sentenceOf), "or");
}
