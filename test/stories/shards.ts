import { labelSelector } from "../../src/kube/label-selector.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { ComposedFlags } from "../../src/operator/compose.ts";

/** The flags of an operator of these shards. */
export const ofShards = (shards: readonly string[]): ComposedFlags => ({
  shardSelector: labelSelector(`shard in (${shards.join(",")})`),
});

export function inShard(shard: string, manifest: Manifest, namespace = "team"): Manifest {
  return { ...manifest, metadata: { ...manifest.metadata, namespace, labels: { shard } } };
}
