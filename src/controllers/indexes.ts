/** By what the caches find objects, so that no work goes through all that there are. Pure. */

import { type Kind, type KubeObject, keyText } from "../api/object.ts";
import type { BatchNetwork } from "../api/v1alpha1/batch-network.ts";
import { BatchNetworkKind, type OperatorKind } from "../api/v1alpha1/kinds.ts";
import type { SharedPart } from "../network/port.ts";
import { recordTexts, textsOfRecord } from "./ownership/naming.ts";
import type { Cluster } from "./ownership/ownership.ts";
import { requestTexts } from "./parts/network/described.ts";
import { roleNamesOf } from "./parts/roles/desired.ts";
import type { Objects } from "./ports.ts";
import { askedTexts } from "./references/asked-names.ts";
import type { IndexName } from "./references/index-names.ts";
import { placeText, regionOf } from "./references/object-region.ts";
import { vpcText } from "./references/vpc-text.ts";
import { namedText, namedTexts, referredText, referredTexts } from "./wakes.ts";

/** What the texts of an object depend on in addition to the object. */
export interface Surroundings {
  /** Of objects that name none. */
  readonly defaultRegion: string;
  readonly cluster: Pick<Cluster, "name">;
}

type TextsOf = (kind: OperatorKind, object: KubeObject, around: Surroundings) => readonly string[];

/** Each index with the texts under which it has an object. A change of an object costs what its own texts cost. */
export const indexes: Readonly<Record<IndexName, TextsOf>> = {
  /** To what it refers: `referredText`. */
  referred: (kind, object) => referredTexts(kind, object),
  /** What it names in AWS: `namedText`. */
  naming: (kind, object) => namedTexts(kind, object),
  /** Its own name in AWS: `textsOfRecord`. */
  named: (kind, object) => recordTexts(kind, object),
  namespace: (_kind, { metadata }) => [metadata.namespace],
  /** `placeText` */
  place: (_kind, object, around) => [placeText(regionOf(object, around), object.metadata.namespace)],
  /** The roles that it makes, by their names in IAM. */
  role: (_kind, object, { cluster }) => roleNamesOf(object, cluster),
  /** The VPC of a network: `vpcText`. */
  vpc: (kind, object, around) =>
    kind.kind === BatchNetworkKind.kind ? [vpcText(regionOf(object, around), (object as BatchNetwork).spec.vpcId)] : [],
  /** What AWS is asked about because it is named. */
  asked: (kind, object, { defaultRegion }) => askedTexts(kind, object, defaultRegion),
  ...requested("subnetIds"),
  ...requested("instanceTypes"),
  ...requested("imageIds"),
  ...requested("keyPairs"),
  ...requested("placementGroups"),
};

/** What an environment names of the network, with its region: `requestedIn`. */
function requested<Part extends SharedPart>(part: Part): Readonly<Record<Part, TextsOf>> {
  const texts: TextsOf = (_kind, object, { defaultRegion }) => requestTexts(part, object, defaultRegion);
  return { [part]: texts } as Readonly<Record<Part, TextsOf>>;
}

/** How `Objects` finds by the indexes what others refer to. */
export function foundBy(having: Objects["having"]): Pick<Objects, "referring" | "named" | "naming"> {
  const found: Pick<Objects, "referring" | "named" | "naming"> = {
    referring: (kind, to, key) => having(kind, "referred", referredText(to, key)),
    named: (kind, recordName) =>
      textsOfRecord(kind, recordName, (outer, name) => found.named(outer, name)).flatMap((text) =>
        having(kind, "named", text),
      ),
    naming: (kind, to, awsName) => having(kind, "naming", namedText(to, awsName)),
  };
  return found;
}

/** The same for objects that do not change. */
export function foundAmong(
  all: readonly KubeObject[],
  around: Surroundings,
): Pick<Objects, "get" | "list" | "having" | "texts" | "referring" | "named" | "naming"> {
  const byKey = new Map(all.map((object) => [`${object.kind} ${keyText(object.metadata)}`, object]));
  const built = new Map<string, ReadonlyMap<string, readonly KubeObject[]>>();
  const list = (kind: Kind): readonly KubeObject[] => all.filter((object) => object.kind === kind.kind);
  const index = (kind: OperatorKind, name: IndexName): ReadonlyMap<string, readonly KubeObject[]> => {
    const key = `${kind.kind} ${name}`;
    const found = built.get(key) ?? groupedBy(list(kind), (object) => indexes[name](kind, object, around));
    built.set(key, found);
    return found;
  };
  const having: Objects["having"] = (kind, name, text) => index(kind, name).get(text) ?? [];
  return {
    get: (kind, key) => byKey.get(`${kind.kind} ${keyText(key)}`),
    list,
    having,
    texts: (kind, name) => index(kind, name).keys(),
    ...foundBy(having),
  };
}

function groupedBy(
  objects: readonly KubeObject[],
  textsOf: (object: KubeObject) => readonly string[],
): ReadonlyMap<string, readonly KubeObject[]> {
  const groups = new Map<string, KubeObject[]>();
  for (const object of objects) {
    for (const text of textsOf(object)) {
      const group = groups.get(text);
      if (group === undefined) groups.set(text, [object]);
      else group.push(object);
    }
  }
  return groups;
}
