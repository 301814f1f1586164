import { z } from "zod";
import { operatorName } from "../../src/kube/installation.ts";
import { flagValues } from "./flag-values.ts";
import { monitoring } from "./monitoring-values.ts";
import { availability, podValues } from "./pod-values.ts";
import { choice, list, listOf, map, name, off, on, quantity, section, text } from "./value.ts";

/**
 * The values of the chart, from which values.yaml, values.schema.json and the table of its README are generated. Every
 * object is closed, so that Helm rejects a misspelt value instead of ignoring it.
 */
export const chartValues = z.strictObject({
  nameOverride: name("Override the chart name in names and labels."),
  fullnameOverride: name("Override the full name (release name and chart name) of every object."),
  namespaceOverride: name("Override the namespace of the release."),
  commonLabels: map("Labels of every object and pod."),
  commonAnnotations: map("Annotations of every object."),
  global: z
    .looseObject({
      imageRegistry: text("Registry of all images; overrides `image.registry`."),
      imagePullSecrets: listOf(
        z.union([z.string().min(1), z.record(z.string(), z.unknown())]),
        "Pull secrets of all pods in addition to `imagePullSecrets`: names, or `{name: …}`.",
      ),
    })
    .describe("Values that a chart shares with the charts that it contains."),
  image: section("The operator's image.", {
    registry: text("Registry of the image, prepended to the repository."),
    repository: text("Repository of the image, without tag and digest. Required."),
    tag: text("Tag of the image. Default: the chart's appVersion."),
    digest: z
      .string()
      .regex(/^(sha256:[0-9a-f]{64})?$/)
      .default("")
      .describe("Digest of the image, `sha256:…`; overrides the tag."),
    pullPolicy: choice("Pull policy of the image.", ["IfNotPresent", "Always", "Never"]),
  }),
  imagePullSecrets: list("Pull secrets of the pods, as `[{name: …}]`."),
  flags: flagValues(),
  watch: section("Namespaces to watch.", {
    namespaces: z
      .array(z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/))
      .meta({ uniqueItems: true })
      .default([])
      .describe("Watch only these namespaces, with a Role in each and no ClusterRole. Empty: all namespaces."),
  }),
  leaderElection: section("Leader election: one replica works, the others are on standby.", {
    enabled: on("Elect a leader. Off: requires one replica, and updates use `Recreate`."),
    namespace: text("Namespace of the Lease. Default: the namespace of the release."),
  }),
  aws: section("AWS credentials. Empty: EKS Pod Identity, or the credentials of the node.", {
    roleArn: z
      .string()
      .regex(/^(arn:aws[a-z-]*:iam::\d{12}:role\/\S+)?$/)
      .default("")
      .describe("IAM role of the ServiceAccount (IRSA); sets its annotation `eks.amazonaws.com/role-arn`."),
    credentialsSecret: text(
      "Name of a Secret with `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and optionally `AWS_SESSION_TOKEN`.",
    ),
    endpointUrl: text("`AWS_ENDPOINT_URL`: one endpoint for all AWS services."),
  }),
  serviceAccount: section("ServiceAccount of the operator.", {
    create: on("Create the ServiceAccount."),
    name: z
      .string()
      .min(1)
      .default(operatorName)
      .describe("Name of the ServiceAccount, which the trust policy of its IAM role names too."),
    annotations: map("Annotations of the ServiceAccount. EKS Pod Identity needs none; for IRSA use `aws.roleArn`."),
    labels: map("Additional labels of the ServiceAccount."),
    automountToken: on(
      "Mount the token of the ServiceAccount automatically. Off: the pod gets it as a projected volume.",
    ),
  }),
  rbac: section("RBAC: exactly the permissions that the operator uses.", {
    create: on("Create the Roles and ClusterRoles of the operator, and their bindings."),
    aggregateToView: on("Let users with `view` read the objects, if all namespaces are watched."),
    aggregateToEdit: off(
      "Let users with `edit` write the objects, if all namespaces are watched: whoever writes objects acts in AWS.",
    ),
    aggregateToAdmin: off("Let users with `admin` write the objects, if all namespaces are watched."),
    extraRules: list("Additional rules for the operator."),
  }),
  crds: section("The custom resource definitions.", {
    enabled: on("Install and upgrade the CRDs. Off: install them with the chart aws-batch-operator-crds or kubectl."),
    keep: on(
      "Keep the CRDs, and so every object, when the release is uninstalled. Off: uninstalling fails while objects exist.",
    ),
    downgradeProtection: off(
      "Let the API server reject older CRDs (ValidatingAdmissionPolicy). Argo CD, `helm rollback` and kubectl need it, because the chart itself can compare versions only in `helm install` and `helm upgrade`.",
    ),
    allowDowngrade: z.boolean().default(false).describe("Let an older chart overwrite the CRDs of a newer one."),
  }),
  deletionProtection: section("A ValidatingAdmissionPolicy against deletion.", {
    enabled: z
      .boolean()
      .default(false)
      .describe('Reject the deletion of objects with the annotation `awsbatch.dev/deletion-protection: "true"`.'),
  }),
  nameProtection: section("A ValidatingAdmissionPolicy for names in AWS.", {
    enabled: z
      .boolean()
      .default(false)
      .describe(
        "Reject new objects whose AWS name begins like the names of another namespace, unless a list allows it.",
      ),
  }),
  ...availability,
  ...podValues,
  ...monitoring,
  simulator: section("A trial without AWS: a simulated account, which is lost when its pod stops.", {
    enabled: z.boolean().default(false).describe("Run the simulator, and let the operator use it instead of AWS."),
    speed: z.number().positive().default(10).describe("How many times faster than AWS the simulator is."),
    region: text("Region to simulate.", "us-east-1"),
    resources: quantity("Resources of the simulator.", {
      requests: { cpu: "20m", memory: "96Mi" },
      limits: { memory: "256Mi" },
    }),
  }),
  tests: section("`helm test`.", {
    enabled: on("Create the pod of `helm test`, which applies an object as a dry run and waits for its plan."),
    timeoutSeconds: z.number().int().min(5).max(600).default(60).describe("Timeout of `helm test`."),
  }),
  extraObjects: listOf(
    z.union([z.string().min(1), z.record(z.string(), z.unknown())]),
    "Additional objects; strings in them are templates.",
  ),
});
