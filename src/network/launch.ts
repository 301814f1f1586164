/** What prevents instances from starting: types, templates, images, key pairs, placement groups. Pure. */

import { changeSpec, type Defect, type Described, defect, subnetsOf, templatesOf } from "./described.ts";
import type { LaunchTemplateVersion, NetworkFacts } from "./facts.ts";
import { read, templateIn } from "./lookups.ts";
import { list, type Remedy } from "./remedies.ts";

const typesPath = "spec.computeResources.instanceTypes";
const templatePath = "spec.computeResources.launchTemplate";
const imagePath = "spec.computeResources.ec2Configuration";
const bundles = new Set(["optimal", "default_x86_64", "default_arm64"]);

export function offeringStops(described: Described, facts: NetworkFacts): readonly Defect[] {
  const { request, instanceTypes } = described;
  const wanted = request.instanceTypes;
  if (wanted.length === 0) return [];
  const offerings = read("instance type offerings", facts.offerings);
  const subnets = subnetsOf(described, facts);
  const zones = [...new Set(subnets.map(({ zone }) => zone))];
  const isOffered = (entry: string, zone: string): boolean =>
    offerings.some(
      (one) => one.zone === zone && (one.instanceType === entry || one.instanceType.startsWith(`${entry}.`)),
    );
  const nowhere = wanted.filter((entry) => !zones.some((zone) => isOffered(entry, zone)));
  const covered = instanceTypes.some((entry) => bundles.has(entry));
  const barren = covered ? [] : subnets.filter(({ zone }) => !wanted.some((entry) => isOffered(entry, zone)));
  if (barren.length === 0 && nowhere.length === 0) return [];
  const remedy = (ids: readonly string[]): Remedy =>
    changeSpec(
      typesPath,
      ids,
      `add types to ${typesPath} that ${list(zones)} ${zones.length === 1 ? "offers" : "offer"}, or use subnets of other zones`,
    );
  if (barren.length === 0) {
    const message = `${list(nowhere)}: not offered in any zone of the subnets (${list(zones)})`;
    return zones.length === 0 ? [] : [defect("TypeNotOffered", message, nowhere, [remedy(nowhere)])];
  }
  return barren.map(({ subnetId, zone }) =>
    defect("TypeNotOffered", `${list(wanted)}: not offered in ${zone}`, [subnetId], [remedy([subnetId])], [subnetId]),
  );
}

export function templateStops({ request }: Described, facts: NetworkFacts): readonly Defect[] {
  return request.launchTemplates.flatMap((one) => {
    const found = templateIn(facts, one);
    if (found === undefined) {
      const { reference } = one;
      const advice = `create launch template ${reference}, or use another one in ${templatePath}`;
      const message = `launch template ${reference} does not exist`;
      return [defect("LaunchTemplateMissing", message, [reference], [changeSpec(templatePath, [reference], advice)])];
    }
    return templateDefects(found);
  });
}

function templateDefects(template: LaunchTemplateVersion): readonly Defect[] {
  const { reference, requested, version, networkInterfaces, userDataIsMime } = template;
  if (version === undefined) {
    const advice = `set ${templatePath}.version to an existing version of ${reference}`;
    const message = `launch template ${reference} has no version ${requested}`;
    return [
      defect("LaunchTemplateVersionMissing", message, [reference], [changeSpec(templatePath, [reference], advice)]),
    ];
  }
  const found: Defect[] = [];
  const fixed = networkInterfaces.flatMap(({ subnetId }) => (subnetId === undefined ? [] : [subnetId]));
  if (fixed.length > 0) {
    const advice = `remove the subnet from the network interfaces of ${reference}: AWS Batch chooses from spec.computeResources.subnets`;
    const message = `version ${version} of ${reference} sets the subnet of instances to ${list(fixed)}`;
    found.push(
      defect("LaunchTemplateInterfaces", message, [reference], [{ kind: "changeAws", ids: [reference], advice }]),
    );
  }
  if (userDataIsMime === false) {
    const advice = `make the user data of ${reference} a MIME multipart archive`;
    const message = `the user data of version ${version} of ${reference} is not MIME multipart, which AWS Batch needs to add its own`;
    found.push(
      defect("LaunchTemplateUserData", message, [reference], [{ kind: "changeAws", ids: [reference], advice }]),
    );
  }
  return found;
}

export function imageStops(described: Described, facts: NetworkFacts): readonly Defect[] {
  const { request, instanceTypes } = described;
  const named = templatesOf(described, facts);
  const wanted = new Set([
    ...request.imageIds,
    ...named.flatMap(({ imageId }) => (imageId === undefined ? [] : [imageId])),
  ]);
  if (wanted.size === 0) return [];
  const images = read("images", facts.images);
  return [...wanted].flatMap((imageId): readonly Defect[] => {
    const image = images.find((one) => one.imageId === imageId);
    const another = changeSpec(imagePath, [imageId], `use an existing image in ${imagePath}[].imageIdOverride`);
    if (image === undefined) {
      // Facts contain only the requested images, possibly not those of a launch template.
      if (!request.imageIds.includes(imageId)) return [];
      return [
        defect("ImageMissing", `${imageId} does not exist, or is not shared with this account`, [imageId], [another]),
      ];
    }
    if (image.state !== "available") {
      return [defect("ImageNotAvailable", `${imageId} is ${image.state}`, [imageId], [another])];
    }
    const fitting = instanceTypes.some((entry) => architectureOf(entry) === image.architecture);
    if (instanceTypes.length === 0 || fitting) return [];
    const advice = `use an image with the architecture of ${list(instanceTypes)} in ${imagePath}[].imageIdOverride`;
    const message = `${imageId} is for ${image.architecture}, but none of ${list(instanceTypes)} is`;
    return [defect("ImageArchitecture", message, [imageId], [changeSpec(imagePath, [imageId], advice)])];
  });
}

export function placementStops(described: Described, facts: NetworkFacts): readonly Defect[] {
  const { keyPairs, placementGroups } = described.request;
  const found: Defect[] = [];
  const known = keyPairs.length === 0 ? [] : read("key pairs", facts.keyPairs);
  for (const name of keyPairs.filter((one) => !known.includes(one))) {
    const path = "spec.computeResources.ec2KeyPair";
    const advice = `create key pair ${name}, or use another one in ${path}`;
    found.push(defect("KeyPairMissing", `key pair ${name} does not exist`, [name], [changeSpec(path, [name], advice)]));
  }
  const groups = placementGroups.length === 0 ? [] : read("placement groups", facts.placementGroups);
  for (const name of placementGroups) {
    const path = "spec.computeResources.placementGroup";
    const group = groups.find((one) => one.name === name);
    const zones = [...new Set(subnetsOf(described, facts).map(({ zone }) => zone))];
    if (group?.state !== "available") {
      const advice = `create placement group ${name}, or use another one in ${path}`;
      const message =
        group === undefined ? `placement group ${name} does not exist` : `placement group ${name} is ${group.state}`;
      found.push(defect("PlacementGroupMissing", message, [name], [changeSpec(path, [name], advice)]));
    } else if (group.strategy === "cluster" && zones.length > 1) {
      const advice = `use subnets of only one zone, or a placement group with another strategy in ${path}`;
      const message = `placement group ${name} keeps all instances in one zone, but the subnets are in ${list(zones)}`;
      found.push(defect("PlacementGroupZones", message, [name], [changeSpec(path, [name], advice)]));
    }
  }
  return found;
}

/** From the name: `c7g`, `m6gd`, `im4gn` and the like, `a1` and the arm64 bundle are arm64. */
function architectureOf(entry: string): "arm64" | "x86_64" {
  return /^(a1|[a-z]+\d+g[a-z]*)(\.|$)|arm64/.test(entry) ? "arm64" : "x86_64";
}
