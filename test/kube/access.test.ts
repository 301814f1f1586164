import { describe, expect, test } from "vitest";
import { checkCluster, operatorAccess } from "../../src/kube/access.ts";
import type { KubeApi } from "../../src/kube/api.ts";
import { refusal, type SeenRequest } from "./fake-api-server.ts";
import { messageOf, widgetKind, world } from "./world.ts";

const reviews = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const gadgetKind = { ...widgetKind, kind: "Gadget", plural: "gadgets" };
const served = {
  json: { resources: ["widgets", "widgets/status", "gadgets", "gadgets/status"].map((name) => ({ name })) },
};

interface Asked {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verb: string;
  readonly namespace?: string;
  readonly name?: string;
}

async function cluster(allows: (asked: Asked) => boolean = () => true) {
  const w = await world();
  w.server.on("GET /version", { json: { gitVersion: "v1.35.4" } });
  w.server.on("GET /apis/test.dev/v1", served);
  w.server.on(reviews, ({ body }: SeenRequest) => ({
    status: 201,
    json: { status: { allowed: allows(body.spec.resourceAttributes as Asked) } },
  }));
  const asked = (): string[] =>
    w.server.requests
      .filter(({ method }) => method === "POST")
      .map(({ body }) => body.spec.resourceAttributes as Asked)
      .map(({ group, resource, subresource, verb, namespace = "*", name = "*" }) =>
        [verb, group, resource, subresource ?? "", namespace, name].join(" "),
      )
      .sort();
  return { ...w, asked };
}

const words = { leaseNamespace: "operators", installHint: "install them" };
const check = (api: KubeApi, signal: AbortSignal, rest: Partial<Parameters<typeof checkCluster>[0]> = {}) =>
  checkCluster({ api, kinds: [widgetKind], watchNamespaces: undefined, ...words, ...rest }, signal);

describe("at the start", () => {
  test("a cluster is good that serves the kinds and allows every verb", async () => {
    const { api, signal, asked } = await cluster();
    expect(await check(api, signal)).toEqual({ version: "v1.35.4", lacking: [] });
    expect(asked()).toEqual([
      "create coordination.k8s.io leases  operators *",
      "create events.k8s.io events  * *",
      "get  namespaces  kube-system kube-system",
      "get coordination.k8s.io leases  operators aws-batch-operator",
      "get test.dev widgets  * *",
      "list test.dev widgets  * *",
      "patch coordination.k8s.io leases  operators aws-batch-operator",
      "patch events.k8s.io events  * *",
      "patch test.dev widgets  * *",
      "patch test.dev widgets status * *",
      "watch test.dev widgets  * *",
    ]);
  });

  test("a verb that deletes is asked for where objects of the kind expire", () => {
    const deleting = operatorAccess([widgetKind, { ...gadgetKind, expires: true }]).filter(({ verbs }) =>
      verbs.includes("delete"),
    );
    expect(deleting.map(({ resource }) => resource)).toEqual(["gadgets"]);
  });

  test.each([[{}], [{ status: {} }], [{ status: { denied: true } }]])(
    "an answer such as %j, which does not say that it is allowed, is a no",
    async (json) => {
      const { api, signal, server } = await cluster();
      server.on(reviews, { status: 201, json });
      expect(await messageOf(check(api, signal))).toMatch(/RBAC does not allow the operator to /);
    },
  );

  test("each watched namespace is asked about, and no lease without leader election", async () => {
    const { api, signal, asked } = await cluster();
    await check(api, signal, { watchNamespaces: ["a", "b"], leaseNamespace: undefined });
    const questions = asked();
    expect(questions.filter((question) => question.startsWith("list"))).toEqual([
      "list test.dev widgets  a *",
      "list test.dev widgets  b *",
    ]);
    expect(questions.some((question) => question.includes("leases"))).toBe(false);
  });

  const many = { watchNamespaces: Array.from({ length: 20 }, (_, index) => `team-${index}`) };

  test("no more is asked at a time than there are connections, however many namespaces are watched", async () => {
    const { api, signal, asked } = await cluster();
    const request = api.request.bind(api);
    let underWay = 0;
    let most = 0;
    api.request = async (...args) => {
      most = Math.max(most, ++underWay);
      try {
        return await request(...args);
      } finally {
        underWay--;
      }
    };
    expect(await check(api, signal, many)).toMatchObject({ lacking: [] });
    expect(most).toBe(16);
    expect(new Set(asked()).size).toBe(20 * 7 + 4);
  });

  test("nothing more is asked once a question has failed", async () => {
    const { server, api, signal } = await cluster();
    server.on(reviews, refusal(401, "Unauthorized", "Unauthorized"));
    expect(await messageOf(check(api, signal, many))).toContain("does not accept the credentials");
    expect(server.requests.filter(({ method }) => method === "POST").length).toBeLessThanOrEqual(16);
  });

  const inNamespaces = { watchNamespaces: ["team-a", "team-b"] };

  test("a watched namespace without permissions is named, and the others are good without it", async () => {
    const { api, signal } = await cluster(({ namespace, verb }) => namespace !== "team-b" || verb === "get");
    expect(await check(api, signal, inNamespaces)).toEqual({
      version: "v1.35.4",
      lacking: [
        "RBAC does not allow the operator to list, watch widgets.test.dev in namespace team-b (to watch the objects, and " +
          "read one live before a write to AWS that cannot be undone); patch widgets.test.dev in namespace team-b (to " +
          "set and remove the finalizer and the annotation awsbatch.dev/location; the operator never writes spec); patch " +
          "widgets.test.dev/status in namespace team-b (to apply the status); create, patch events.events.k8s.io in " +
          "namespace team-b (to report changes as events; a repeated event patches its series). Its roles come with " +
          "the chart (rbac.create) and with manifests/install.yaml",
      ],
    });
  });

  test("a cluster is rejected if every watched namespace lacks permissions", async () => {
    const { api, signal } = await cluster(({ verb }) => verb !== "watch");
    expect(await messageOf(check(api, signal, inNamespaces))).toMatch(
      /^StoreError: RBAC does not allow the operator to watch \S+ in namespace team-a \(.*; watch \S+ in namespace team-b \(/,
    );
  });

  test("a cluster is rejected without the lease, also when that would be in a watched namespace", async () => {
    const { api, signal } = await cluster(({ resource }) => resource !== "leases");
    const message = await messageOf(check(api, signal, { ...inNamespaces, leaseNamespace: "team-b" }));
    expect(message).toContain("get, patch leases.coordination.k8s.io in namespace team-b");
  });

  test.each([
    ["the whole group is missing", { status: 404, text: "404 page not found" }, "widgets of test.dev/v1"],
    ["one kind has no status", { json: { resources: [{ name: "widgets" }] } }, "widgets/status of test.dev/v1"],
  ])("the message explains how to install the CRDs when %s", async (_what, reply, missing) => {
    const { server, api, signal } = await cluster();
    server.on("GET /apis/test.dev/v1", reply);
    expect(await messageOf(check(api, signal))).toBe(`StoreError: the cluster does not serve ${missing}: install them`);
  });

  test("every permission that is missing is named, with what it is for", async () => {
    const denied = ({ verb, resource, subresource }: Asked): boolean =>
      (verb === "patch" && subresource === "status") || resource === "leases";
    const { api, signal } = await cluster((asked) => !denied(asked));
    expect(await messageOf(check(api, signal))).toBe(
      "StoreError: RBAC does not allow the operator to patch widgets.test.dev/status (to apply the status); " +
        "get, patch leases.coordination.k8s.io in namespace operators (to elect one of the replicas as the leader); " +
        "create leases.coordination.k8s.io in namespace operators (to create the Lease at the first start). " +
        "Its roles come with the chart (rbac.create) and with manifests/install.yaml",
    );
  });

  test("what is missing on several kinds for one purpose is reported once", async () => {
    const { api, signal } = await cluster(({ verb, subresource }) => !(verb === "patch" && subresource === "status"));
    expect(await messageOf(check(api, signal, { kinds: [widgetKind, gadgetKind] }))).toContain(
      "RBAC does not allow the operator to patch widgets.test.dev/status, gadgets.test.dev/status (to apply the status).",
    );
  });

  test("a refused token is reported as such", async () => {
    const { server, api, signal } = await cluster();
    server.on("GET /version", refusal(401, "Unauthorized", "Unauthorized"));
    expect(await messageOf(check(api, signal))).toMatch(/does not accept the credentials \(401\)/);
  });
});

test("asks for nothing that has a wildcard or that reads secrets", () => {
  const words = operatorAccess([widgetKind]).flatMap(({ group, resource, verbs }) => [group, resource, ...verbs]);
  expect(words.filter((word) => word === "*" || word === "secrets")).toEqual([]);
});
