import { beforeAll, expect, test } from "vitest";
import { apiVersion, group, version } from "../../src/api/v1alpha1/group.ts";
import { kinds } from "../../src/api/v1alpha1/kinds.ts";
import { type CelExample, celExamples } from "../api/cel-examples/index.ts";
import { type Cluster, messageOf, type Response } from "./control-plane/cluster.ts";
import { describeOnCluster } from "./control-plane/shared.ts";

const examples = celExamples.map((example, index) => ({ ...example, name: `cel-${index}` }));
type Example = (typeof examples)[number];

const pluralOf = new Map(kinds.map(({ kind, plural }) => [kind, plural]));

describeOnCluster("CEL rules in the API server", (cluster) => {
  let namespace = "";
  beforeAll(async () => {
    namespace = await cluster.newNamespace("cel-rules");
    await Promise.all(examples.map((example) => makeOld(cluster, namespace, example)));
  });

  test.each(examples)("$kind: accepts what does not break: $message", async (example) => {
    const { status, body } = await tryOut(cluster, namespace, example, example.accepted);
    expect([status, status < 300 ? "" : messageOf(body)]).toEqual([example.old === undefined ? 201 : 200, ""]);
  });

  test.each(examples)("$kind: refuses with our words alone: $message", async (example) => {
    const { status, body } = await tryOut(cluster, namespace, example, example.refused);
    expect([status, causesOf(body)]).toEqual([422, [expect.stringContaining(example.message)]]);
  });
});

function pathOf(namespace: string, { kind }: CelExample): string {
  return `/apis/${group}/${version}/namespaces/${namespace}/${pluralOf.get(kind)}`;
}

function objectOf({ kind, name }: Example, spec: unknown): { readonly metadata: object } {
  return Object.assign({ apiVersion, kind, spec }, { metadata: { name } });
}

/** For a rule about changes, the object has to be there before. */
async function makeOld(cluster: Cluster, namespace: string, example: Example): Promise<void> {
  if (example.old === undefined) return;
  const body = objectOf(example, example.old);
  const made = await cluster.request("POST", `${pathOf(namespace, example)}?fieldValidation=Strict`, { body });
  if (made.status !== 201) throw new Error(`${example.kind} before the change: ${messageOf(made.body)}`);
}

/** Creates or replaces without keeping the outcome. */
function tryOut(cluster: Cluster, namespace: string, example: Example, spec: unknown): Promise<Response> {
  const dryRun = "dryRun=All&fieldValidation=Strict";
  const path = pathOf(namespace, example);
  const object = objectOf(example, spec);
  return example.old === undefined
    ? cluster.request("POST", `${path}?${dryRun}`, { body: object })
    : cluster.request("PATCH", `${path}/${example.name}?${dryRun}`, {
        body: [{ op: "replace", path: "/spec", value: spec }],
        contentType: "application/json-patch+json",
      });
}

function causesOf(body: unknown): string[] {
  const { details } = body as { readonly details?: { readonly causes?: readonly { readonly message: string }[] } };
  return (details?.causes ?? []).map(({ message }) => message);
}
