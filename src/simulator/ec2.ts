import type { ComputeResource } from "@aws-sdk/client-batch";

const bundles = new Set(["optimal", "default_x86_64", "default_arm64"]);
const family =
  /^(?:a1|c[1-8]\w*(?:-flex)?|d[23]\w*|f[12]|g[3-6]\w*|gr6|h1|hpc[67]\w*|i[2-8]\w*|im4gn|inf[12]|is4gen|m[1-8]\w*(?:-flex)?|p[2-6]\w*|r[3-8]\w*|t[1-4]\w*|trn[12]\w*|u-\w+|vt1|x[128]\w*|z1d)$/;
const size = /^(?:nano|micro|small|medium|large|\d*xlarge|metal(?:-\d+xl)?)$/;

/** Whether EC2 knows the instance type, family or bundle of an entry of `instanceTypes`. */
export function isKnownInstanceType(entry: string): boolean {
  if (bundles.has(entry)) return true;
  const [name = "", ofSize, ...rest] = entry.split(".");
  return rest.length === 0 && family.test(name) && (ofSize === undefined || size.test(ofSize));
}

export function isBundle(entry: string): boolean {
  return bundles.has(entry);
}

export function isArm(entry: string): boolean {
  const name = entry.split(".")[0] ?? "";
  return entry === "default_arm64" || name === "a1" || /^(?:[a-z]+\d+[a-z]*g[a-z]*|im4gn|is4gen)$/.test(name);
}

export function hasGpu(entry: string): boolean {
  return /^(?:p[2-6]|g[3-6]|gr6)/.test(entry);
}

/** vCPUs of the largest instance that an entry of `instanceTypes` allows. */
export function largestVcpus(entry: string): number {
  const ofSize = entry.split(".")[1];
  if (ofSize === undefined || ofSize.startsWith("metal")) return 192;
  if (ofSize === "large") return 2;
  const times = /^(\d*)xlarge$/.exec(ofSize);
  return times === null ? 2 : 4 * Number(times[1] === "" ? 1 : times[1]);
}

/** What of EC2 is missing. Every well-formed id exists unless it is put into `missing`. */
export class Ec2 {
  /** Ids (or names) of subnets, security groups, launch templates, AMIs, key pairs and placement groups. */
  readonly missing = new Set<string>();

  /** Why Batch cannot use these resources, as it would say it (the words for missing ids are ours). */
  whyUnusable(resources: ComputeResource): string | undefined {
    for (const id of resources.subnets ?? []) {
      if (!this.#exists(id, /^subnet-[0-9a-z-]+$/)) {
        return clientError(`The subnet ID '${id}' does not exist`, "InvalidSubnetID.NotFound");
      }
    }
    for (const id of resources.securityGroupIds ?? []) {
      if (!this.#exists(id, /^sg-[0-9a-z-]+$/)) {
        return clientError(`The security group '${id}' does not exist`, "InvalidGroup.NotFound");
      }
    }
    const template = resources.launchTemplate;
    for (const one of template === undefined ? [] : [template, ...(template.overrides ?? [])]) {
      const reference = one.launchTemplateId ?? one.launchTemplateName;
      if (reference !== undefined && this.missing.has(reference)) {
        return clientError(`The launch template ${reference} does not exist`, "InvalidLaunchTemplateId.NotFound");
      }
    }
    const unknown = (resources.instanceTypes ?? []).filter((type) => !isKnownInstanceType(type));
    if (unknown.length > 0) {
      return clientError(
        `The following supplied instance types do not exist: [${unknown.join(", ")}]`,
        "InvalidInstanceType",
      );
    }
    const images = [resources.imageId, ...(resources.ec2Configuration ?? []).map((one) => one.imageIdOverride)];
    const gone = [...images, resources.ec2KeyPair, resources.placementGroup].find(
      (id) => id !== undefined && this.missing.has(id),
    );
    return gone === undefined ? undefined : clientError(`'${gone}' does not exist`, "InvalidParameterValue");
  }

  #exists(id: string, form: RegExp): boolean {
    return form.test(id) && !this.missing.has(id);
  }
}

function clientError(text: string, code: string): string {
  return `CLIENT_ERROR - ${text} (Service: AmazonEC2; Status Code: 400; Error Code: ${code})`;
}
