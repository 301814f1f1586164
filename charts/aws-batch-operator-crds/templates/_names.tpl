{{- define "aws-batch-operator.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: aws-batch-operator
app.kubernetes.io/instance: {{ .Release.Name }}
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

{{- /* Refuses to write an older definition over a newer one. Takes `root` and `name`. */}}
{{- define "aws-batch-operator.crdGuard" -}}
{{- if not .root.Values.allowDowngrade }}
{{- $there := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" .name }}
{{- $version := dig "metadata" "annotations" "awsbatch.dev/version" "" $there }}
{{- if and $version (semverCompare (printf ">%s" .root.Chart.AppVersion) $version) }}
{{- fail (printf "%s in the cluster is of version %s, this chart is %s: fields that only the newer one has could be lost. Set allowDowngrade=true to overwrite it." .name $version .root.Chart.AppVersion) }}
{{- end }}
{{- end }}
{{- end }}
