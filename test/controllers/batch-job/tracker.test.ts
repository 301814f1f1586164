import { describe, expect, it } from "vitest";
import { trackerOf } from "../../../src/controllers/batch-job/tracker.ts";

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
    ["nothing", {}],
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
