import { describe, expect, it } from "vitest";
import { trackerOf } from "../../../../src/controllers/kinds/batch-job/tracker.ts";

const instance = { "app.kubernetes.io/instance": "batch" };

describe("an object", () => {
  it.each([
    ["annotation", "argocd.argoproj.io/tracking-id", "Argo CD"],
    ["label", "argocd.argoproj.io/instance", "Argo CD"],
    ["label", "app.kubernetes.io/instance", "Argo CD"],
    ["label", "kustomize.toolkit.fluxcd.io/name", "Flux"],
    ["label", "helm.toolkit.fluxcd.io/name", "Flux"],
    ["annotation", "awsbatch.dev/manifest", "`local`"],
  ])("with the %s %s is tracked by %s", (where, key, tracker) => {
    const marks = { [key]: "x" };
    expect(trackerOf(where === "label" ? { labels: marks } : { annotations: marks })).toBe(
      `${tracker} (${where} ${key})`,
    );
  });

  it.each([
    ["argocd-controller", "Argo CD"],
    ["kustomize-controller", "Flux"],
    ["helm-controller", "Flux"],
  ] as const)("that the field manager %s wrote is tracked by %s, whatever label the tool uses", (keeper, tracker) => {
    expect(trackerOf({ keptBy: [keeper] })).toBe(`${tracker} (field manager ${keeper})`);
  });

  it("that Flux writes stays tracked by Flux also where it has the annotation of a hook", () => {
    const annotations = { "argocd.argoproj.io/hook": "PostSync" };
    expect(trackerOf({ annotations, keptBy: ["argocd-controller", "kustomize-controller"] })).toBe(
      "Flux (field manager kustomize-controller)",
    );
  });

  it.each([
    ["nothing", {}],
    [
      "the marks of Argo CD on a hook, which it creates only in a sync",
      {
        labels: instance,
        annotations: { "argocd.argoproj.io/hook": "PostSync", "argocd.argoproj.io/tracking-id": "x" },
        keptBy: ["argocd-controller" as const],
      },
    ],
    ["the label of a release on a hook of Helm", { labels: instance, annotations: { "helm.sh/hook": "post-upgrade" } }],
    ["marks of other tools", { labels: { app: "batch" }, annotations: { "example.com/owner": "team" } }],
    [
      "the label of a release that Helm itself installed",
      { labels: instance, annotations: { "meta.helm.sh/release-name": "batch" } },
    ],
    ["a label's key as an annotation", { annotations: instance }],
  ])("with %s is tracked by nobody", (_what, metadata) => {
    expect(trackerOf(metadata)).toBeUndefined();
  });
});
