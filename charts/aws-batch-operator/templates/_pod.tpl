{{- /* Arguments of `run`. Default addresses are left out, so that AWS_BATCH_OPERATOR_… can set them. */}}
{{- define "aws-batch-operator.args" -}}
- run
{{- /* Where the schema is not checked, null takes the list away, and the command alone would allow every role. */}}
{{- $flags := deepCopy .Values.flags }}
{{- if kindIs "invalid" $flags.allowedRoleArns }}
{{- $_ := set $flags "allowedRoleArns" list }}
{{- end }}
{{- range $name, $value := $flags }}
{{- $flag := printf "--%s" (kebabcase $name) }}
{{- if kindIs "slice" $value }}
{{- /* An empty list is a value too: without its flag the default would apply. */}}
- {{ printf "%s=%s" $flag (join "," $value) | quote }}
{{- else if kindIs "bool" $value }}
{{- if $value }}
- {{ $flag | quote }}
{{- end }}
{{- else }}
- {{ printf "%s=%s" $flag (toString $value) | quote }}
{{- end }}
{{- end }}
{{- range .Values.watch.namespaces }}
- {{ printf "--watch-namespace=%s" . | quote }}
{{- end }}
{{- if .Values.leaderElection.enabled }}
- {{ printf "--lease-namespace=%s" (include "aws-batch-operator.leaseNamespace" .) | quote }}
{{- else }}
- --no-leader-elect
{{- end }}
{{- if ne (int .Values.metrics.port) 8080 }}
- {{ printf "--metrics-address=:%d" (int .Values.metrics.port) | quote }}
{{- end }}
{{- with .Values.metrics.tls }}
{{- if .secretName }}
- --metrics-tls-directory=/etc/aws-batch-operator/metrics-tls
{{- end }}
{{- if .clientCa.secretName }}
- {{ printf "--metrics-client-ca=/etc/aws-batch-operator/metrics-clients/%s" .clientCa.key | quote }}
{{- end }}
{{- end }}
{{- if ne (int .Values.healthPort) 8081 }}
- {{ printf "--health-address=:%d" (int .Values.healthPort) | quote }}
{{- end }}
{{- range .Values.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}

{{- define "aws-batch-operator.env" -}}
{{- with .Values.nodeOptions }}
- name: NODE_OPTIONS
  value: {{ . | quote }}
{{- end }}
{{- if .Values.simulator.enabled }}
- name: AWS_ENDPOINT_URL
  value: {{ printf "http://%s-simulator.%s.svc:4566" (include "aws-batch-operator.fullname" .) (include "aws-batch-operator.namespace" .) }}
- name: AWS_REGION
  value: {{ .Values.simulator.region }}
- name: AWS_ACCESS_KEY_ID
  value: simulated
- name: AWS_SECRET_ACCESS_KEY
  value: simulated
{{- else }}
{{- with .Values.aws.endpointUrl }}
- name: AWS_ENDPOINT_URL
  value: {{ . | quote }}
{{- end }}
{{- with .Values.aws.credentialsSecret }}
{{- $secret := . }}
{{- range $key := list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" "AWS_SESSION_TOKEN" }}
- name: {{ $key }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ $key }}
      {{- if eq $key "AWS_SESSION_TOKEN" }}
      optional: true
      {{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "aws-batch-operator.probe" -}}
httpGet:
  path: {{ .path }}
  port: health
{{- if .probe.initialDelaySeconds }}
initialDelaySeconds: {{ .probe.initialDelaySeconds }}
{{- end }}
periodSeconds: {{ .probe.periodSeconds }}
timeoutSeconds: {{ .probe.timeoutSeconds }}
failureThreshold: {{ .probe.failureThreshold }}
{{- end }}

{{- define "aws-batch-operator.podSecurityContext" -}}
{{- $context := deepCopy .Values.podSecurityContext }}
{{- if .Values.openshift }}
{{- $context = omit $context "runAsUser" "runAsGroup" "fsGroup" }}
{{- end }}
{{- toYaml $context }}
{{- end }}

{{- /* Scheduling and ServiceAccount of all pods of this chart. */}}
{{- define "aws-batch-operator.placement" -}}
securityContext:
  {{- include "aws-batch-operator.podSecurityContext" . | nindent 2 }}
{{- $pullSecrets := .Values.imagePullSecrets }}
{{- range .Values.global.imagePullSecrets }}
{{- $pullSecrets = append $pullSecrets (ternary (dict "name" .) . (kindIs "string" .)) }}
{{- end }}
{{- with $pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with .Values.schedulerName }}
schedulerName: {{ . }}
{{- end }}
{{- if not .Values.hostUsers }}
hostUsers: false
{{- end }}
{{- end }}

{{- /* The chart's own volumes: Secrets and projected volumes. */}}
{{- define "aws-batch-operator.volumes" -}}
{{- with .Values.metrics.tls.secretName }}
- name: metrics-tls
  secret:
    secretName: {{ . }}
{{- end }}
{{- with .Values.metrics.tls.clientCa.secretName }}
- name: metrics-clients
  secret:
    secretName: {{ . }}
{{- end }}
{{- if not .Values.serviceAccount.automountToken }}
- name: kube-api-access
  projected:
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3607
      - configMap:
          name: kube-root-ca.crt
          items:
            - key: ca.crt
              path: ca.crt
      - downwardAPI:
          items:
            - path: namespace
              fieldRef:
                fieldPath: metadata.namespace
{{- end }}
{{- end }}

{{- define "aws-batch-operator.mounts" -}}
{{- if .Values.metrics.tls.secretName }}
- name: metrics-tls
  mountPath: /etc/aws-batch-operator/metrics-tls
  readOnly: true
{{- end }}
{{- if .Values.metrics.tls.clientCa.secretName }}
- name: metrics-clients
  mountPath: /etc/aws-batch-operator/metrics-clients
  readOnly: true
{{- end }}
{{- if not .Values.serviceAccount.automountToken }}
- name: kube-api-access
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- end }}
{{- end }}
