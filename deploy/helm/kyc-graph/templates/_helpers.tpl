{{- define "kyc-graph.name" -}}
{{- $name := default .Chart.Name .Release.Name -}}
{{- if contains .Chart.Name $name }}{{ $name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" $name .Chart.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "kyc-graph.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "kyc-graph.labels" -}}
{{ include "kyc-graph.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "kyc-graph.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end -}}
{{- end }}

{{- /* What a stop takes at most: the time before SIGTERM, the drain delay, and 45 s. */ -}}
{{- define "kyc-graph.gracePeriod" -}}
{{ add .Values.shutdown.preStopSeconds (divf .Values.shutdown.drainDelayMs 1000 | ceil | int) 45 }}
{{- end }}
