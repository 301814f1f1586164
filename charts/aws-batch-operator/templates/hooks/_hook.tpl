{{- /* The permissions of a hook, created before it and deleted after it. Takes `root`, `hook`, `suffix`, `rules`, and `namespace` for a Role. */}}
{{- define "aws-batch-operator.hookAccess" -}}
{{- $annotations := dict "helm.sh/hook" .hook "helm.sh/hook-weight" "-1" "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded" }}
{{- $meta := dict "root" .root "suffix" .suffix "component" .suffix "annotations" $annotations }}
{{- $name := printf "%s-%s" (include "aws-batch-operator.fullname" .root) .suffix }}
{{- $role := ternary "Role" "ClusterRole" (hasKey . "namespace") }}
{{- $at := merge (dict "namespace" (default false .namespace)) $meta }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "aws-batch-operator.metadata" $meta | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $role }}
metadata:
  {{- include "aws-batch-operator.metadata" $at | nindent 2 }}
rules:
  {{- .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $role }}Binding
metadata:
  {{- include "aws-batch-operator.metadata" $at | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $role }}
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ $name }}
    namespace: {{ include "aws-batch-operator.namespace" .root }}
{{- end }}

{{- /* The pod of a hook. Takes `root`, `suffix`, `args`. */}}
{{- define "aws-batch-operator.hookPod" -}}
serviceAccountName: {{ include "aws-batch-operator.fullname" .root }}-{{ .suffix }}
restartPolicy: Never
{{ include "aws-batch-operator.placement" .root }}
containers:
  - name: {{ .suffix }}
    image: {{ include "aws-batch-operator.image" .root }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args:
      {{- toYaml .args | nindent 6 }}
    # The status of the pod has the output, even after the log is gone.
    terminationMessagePolicy: FallbackToLogsOnError
    resources:
      {{- toYaml .root.Values.resources | nindent 6 }}
    securityContext:
      {{- toYaml .root.Values.securityContext | nindent 6 }}
{{- end }}
