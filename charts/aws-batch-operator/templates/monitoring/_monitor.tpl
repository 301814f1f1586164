{{- /* Takes `root`, `monitor`, and the name of the field `endpoints`. */}}
{{- define "aws-batch-operator.monitorSpec" -}}
selector:
  matchLabels:
    {{- include "aws-batch-operator.selectorLabels" .root | nindent 4 }}
    app.kubernetes.io/component: controller
namespaceSelector:
  matchNames:
    - {{ include "aws-batch-operator.namespace" .root }}
{{- with .monitor.sampleLimit }}
sampleLimit: {{ . }}
{{- end }}
{{ .endpoints }}:
  - port: metrics
    path: /metrics
    {{- with .root.Values.metrics.tls.secretName }}
    scheme: https
    tlsConfig:
      {{- $default := dict "ca" (dict "secret" (dict "name" . "key" "ca.crt")) "serverName" (printf "%s.%s.svc" (include "aws-batch-operator.fullname" $.root) (include "aws-batch-operator.namespace" $.root)) }}
      {{- toYaml (default $default $.monitor.tlsConfig) | nindent 6 }}
    {{- end }}
    {{- with .monitor.interval }}
    interval: {{ . }}
    {{- end }}
    {{- with .monitor.scrapeTimeout }}
    scrapeTimeout: {{ . }}
    {{- end }}
    {{- if .monitor.honorLabels }}
    honorLabels: true
    {{- end }}
    {{- with .monitor.relabelings }}
    relabelings:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .monitor.metricRelabelings }}
    metricRelabelings:
      {{- toYaml . | nindent 6 }}
    {{- end }}
{{- end }}
