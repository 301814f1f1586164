import type { RegisterJobDefinitionRequest } from "../../../aws/batch.ts";
import {
  asSent,
  inOrder,
  type Members,
  mapOf,
  members,
  type NormalForm,
  numeric,
  present,
  unless,
  unordered,
} from "./normal-form.ts";
import { environment } from "./normalise-container.ts";

/** The normal form of what runs on EKS: `eksProperties`. Pure. */

type EksProperties = NonNullable<RegisterJobDefinitionRequest["eksProperties"]>;
type Pod = NonNullable<EksProperties["podProperties"]>;
type PodContainer = NonNullable<Pod["containers"]>[number];
type PodVolume = NonNullable<Pod["volumes"]>[number];

const container = members<PodContainer>({
  name: unless("Default"),
  image: asSent,
  imagePullPolicy: asSent,
  command: inOrder(),
  args: inOrder(),
  env: environment,
  resources: members<NonNullable<PodContainer["resources"]>>({ limits: mapOf(numeric), requests: mapOf(numeric) }),
  volumeMounts: unordered(
    members<NonNullable<PodContainer["volumeMounts"]>[number]>({
      name: asSent,
      mountPath: asSent,
      subPath: asSent,
      readOnly: unless(false),
    }),
  ),
  securityContext: members<NonNullable<PodContainer["securityContext"]>>({
    runAsUser: asSent,
    runAsGroup: asSent,
    privileged: unless(false),
    allowPrivilegeEscalation: unless(false),
    readOnlyRootFilesystem: unless(false),
    runAsNonRoot: unless(false),
  }),
});

const volume = members<PodVolume>({
  name: asSent,
  hostPath: members<NonNullable<PodVolume["hostPath"]>>({ path: asSent }),
  // An empty one is a volume all the same.
  emptyDir: present(members<NonNullable<PodVolume["emptyDir"]>>({ medium: unless(""), sizeLimit: asSent })),
  secret: members<NonNullable<PodVolume["secret"]>>({ secretName: asSent, optional: unless(false) }),
  persistentVolumeClaim: members<NonNullable<PodVolume["persistentVolumeClaim"]>>({
    claimName: asSent,
    readOnly: unless(false),
  }),
});

/** @param hostNetwork whether the pod uses the host's network, which is what leaving it out means */
function pod(hostNetwork: boolean): NormalForm {
  const rules: Members<Pod> = {
    serviceAccountName: asSent,
    hostNetwork: unless(true),
    dnsPolicy: unless(hostNetwork ? "ClusterFirstWithHostNet" : "ClusterFirst"),
    imagePullSecrets: unordered(members<NonNullable<Pod["imagePullSecrets"]>[number]>({ name: asSent })),
    // They start together, while those before them run one after the other.
    containers: unordered(container),
    initContainers: inOrder(container),
    volumes: unordered(volume),
    metadata: members<NonNullable<Pod["metadata"]>>({ labels: mapOf(), annotations: mapOf(), namespace: asSent }),
    shareProcessNamespace: unless(false),
  };
  return members<Pod>(rules);
}

const onHostNetwork = pod(true);
const onPodNetwork = pod(false);

export const eksProperties = members<EksProperties>({
  podProperties: (value) =>
    (value as Pod | null | undefined)?.hostNetwork === false ? onPodNetwork(value) : onHostNetwork(value),
});
