{{- define "aws-batch-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "aws-batch-operator.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "aws-batch-operator.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- define "aws-batch-operator.leaseNamespace" -}}
{{- default (include "aws-batch-operator.namespace" .) .Values.leaderElection.namespace }}
{{- end }}

{{- define "aws-batch-operator.image" -}}
{{- with .Values.image }}
{{- with default .registry $.Values.global.imageRegistry }}{{ trimSuffix "/" . }}/{{ end }}{{ .repository }}
{{- if .digest }}@{{ .digest }}{{ else }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end }}
{{- end }}

{{- /* Labels of selectors, which are immutable. */}}
{{- define "aws-batch-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "aws-batch-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "aws-batch-operator.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "aws-batch-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* Without the name of the release: Argo CD can be configured to take that label for the name of an Application, which would prune the definitions. */}}
{{- define "aws-batch-operator.crdLabels" -}}
{{- omit (include "aws-batch-operator.labels" . | fromYaml) "app.kubernetes.io/instance" | toYaml }}
{{- end }}

{{- /* Annotations of an object: commonAnnotations and its own. Takes `root`, and maps in `own`. */}}
{{- define "aws-batch-operator.annotations" -}}
{{- $all := deepCopy .root.Values.commonAnnotations }}
{{- range .own }}{{ $all = mergeOverwrite $all (deepCopy .) }}{{ end }}
{{- with $all }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* The metadata of an object. Takes `root`, and optionally `suffix`, `namespace` (false: none), `labels`, `annotations`. */}}
{{- define "aws-batch-operator.metadata" -}}
name: {{ include "aws-batch-operator.fullname" .root }}{{ with .suffix }}-{{ . }}{{ end }}
{{- if not (and (hasKey . "namespace") (eq (toString .namespace) "false")) }}
namespace: {{ default (include "aws-batch-operator.namespace" .root) .namespace }}
{{- end }}
labels:
  {{- include "aws-batch-operator.labels" .root | nindent 2 }}
  app.kubernetes.io/component: {{ default "controller" .component }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with include "aws-batch-operator.annotations" (dict "root" .root "own" (list (default dict .annotations))) | trim }}
{{ . }}
{{- end }}
{{- end }}

{{- /* Fails if an older CRD would overwrite a newer one. Takes `root` and `name`. */}}
{{- define "aws-batch-operator.crdGuard" -}}
{{- if not .root.Values.crds.allowDowngrade }}
{{- $there := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" .name }}
{{- $version := dig "metadata" "annotations" "awsbatch.dev/version" "" $there }}
{{- if and $version (semverCompare (printf ">%s" .root.Chart.AppVersion) $version) }}
{{- fail (printf "%s in the cluster is of version %s, this chart is %s: fields that only the newer one has could be lost. Set crds.enabled=false to keep the CRDs as they are, or crds.allowDowngrade=true." .name $version .root.Chart.AppVersion) }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Fails if the cluster has another name than at the last installation: the operator would create everything a second time. */}}
{{- define "aws-batch-operator.clusterNameGuard" -}}
{{- $there := lookup "apps/v1" "Deployment" (include "aws-batch-operator.namespace" .) (include "aws-batch-operator.fullname" .) }}
{{- $withCluster := eq (toString .Values.flags.namesWithCluster) "true" }}
{{- $name := toString (default "default" .Values.flags.clusterName) }}
{{- range $container := dig "spec" "template" "spec" "containers" list $there }}
{{- if and (eq $container.name "operator") (ne (has "--names-with-cluster" $container.args) $withCluster) }}
{{- fail (printf "flags.namesWithCluster is fixed when the release is installed, where it was %v: with the other form of names in AWS the operator would create everything a second time." (not $withCluster)) }}
{{- end }}
{{- range $arg := $container.args }}
{{- if hasPrefix "--cluster-name=" $arg }}
{{- $installed := trimPrefix "--cluster-name=" $arg }}
{{- if and (ne $installed $name) (ne $installed (toString $.Values.flags.renameClusterFrom)) }}
{{- fail (printf "flags.clusterName is %s, and was %s until now: the name is in the tags of everything that the operator owns, and under another one it would own nothing. Set flags.clusterName=%s again; to rename the cluster, also set flags.renameClusterFrom=%s (docs/install.md)." $name $installed $installed $installed) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Helm deletes what a release no longer contains, unless it has `helm.sh/resource-policy: keep`. Deleting a CRD deletes all its objects. */}}
{{- define "aws-batch-operator.crdsLeft" -}}
{{- if not .Values.crds.enabled }}
{{- range $plural := include "aws-batch-operator.kinds" . | splitList ", " }}
{{- $name := printf "%s.awsbatch.dev" $plural }}
{{- $annotations := dig "metadata" "annotations" dict (lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name) }}
{{- $ours := and (eq (get $annotations "meta.helm.sh/release-name") $.Release.Name) (eq (get $annotations "meta.helm.sh/release-namespace") $.Release.Namespace) }}
{{- if and $ours (ne (get $annotations "helm.sh/resource-policy") "keep") }}
{{- fail (printf "%s belongs to this release and is not kept (crds.keep=false): with crds.enabled=false Helm would delete it with all its objects. Upgrade with crds.enabled=true and crds.keep=true first." $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
