#!/usr/bin/env bash
# Checks the chart with Helm and kubeconform, and writes what it renders to deploy/helm/rendered. It needs Go 1.25 or newer.
# The schemas are made from the OpenAPI document in the Go module of Kubernetes, and from the custom resource definitions in that
# of the Prometheus Operator. Rules that a definition states in CEL are not checked.
set -euo pipefail
cd "$(dirname "$0")"
helm_version=v3.22.0 kubeconform_version=v0.7.0 kubernetes_version=v1.34.4 operator_version=v0.85.0

work=${WORK:-${XDG_CACHE_HOME:-$HOME/.cache}/kyc-graph-helm}
mkdir -p "$work"
export GOBIN=$work/bin PATH=$work/bin:$PATH
[ -x "$GOBIN/helm" ] || go install "helm.sh/helm/v3/cmd/helm@$helm_version"
[ -x "$GOBIN/kubeconform" ] || go install "github.com/yannh/kubeconform/cmd/kubeconform@$kubeconform_version"
module() { (cd "$work" && go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'); }
kubernetes=$(module "k8s.io/kubernetes@$kubernetes_version")
definitions=$(module "github.com/prometheus-operator/prometheus-operator@$operator_version")/jsonnet/prometheus-operator
node schemas.mjs "$work/schemas" "$kubernetes/api/openapi-spec/swagger.json" "$definitions"/{servicemonitors,prometheusrules}-crd.json

conform() { kubeconform -strict -schema-location "$work/schemas/{{.ResourceKind}}{{.KindSuffix}}.json" "$@"; }

digest=$(node digest.mjs)
for values in values/*.yaml; do
  name=$(basename "$values" .yaml)
  helm lint --strict kyc-graph --values "$values"
  helm template kyc-graph kyc-graph --namespace kyc --kube-version "${kubernetes_version#v}" --values "$values" >"$work/$name.yaml"
  conform -summary "$work/$name.yaml"
  # What the rules say is checked by promtool, where they are.
  {
    echo "# Rendered by check.sh from the chart and values/$name.yaml; digest $digest"
    awk 'BEGIN { RS = "---\n"; ORS = "" } NF && !/kind: PrometheusRule/ { print "---\n" $0 }' "$work/$name.yaml"
  } >"rendered/$name.yaml"
done

# A check that finds nothing checks nothing.
misspelt() { # right, wrong
  grep -q "$1" "$work/tenants.yaml"
  if sed "s/$1/$2/" "$work/tenants.yaml" | conform >/dev/null; then
    echo "a field that does not exist was taken: $2" && exit 1
  fi
}
conform <"$work/tenants.yaml"
misspelt readOnlyRootFilesystem readOnlyRootFileSystem
misspelt 'interval: ' 'intervall: '
misspelt 'expr: ' 'expression: '
misspelt 'maxSurge: ' 'maxSurges: '

# What the schema of the values must refuse.
render() { helm template kyc-graph kyc-graph --kube-version "${kubernetes_version#v}" --values values/bank.yaml "$@"; }
refused() {
  if problems=$(render "$@" 2>&1 >/dev/null); then
    echo "not refused: $*" && exit 1
  fi
  # Another failure than that of the schema would hide what it takes.
  grep -q "don't meet the specifications of the schema" <<<"$problems" || { echo "$problems" && exit 1; }
}
render >/dev/null
refused --set settings.PORT=80
refused --set settings.SYNCTERA_API_KEY=secret
refused --set settings.redis_url=x
refused --set settings.REDIS_URL=redis://u:p@h
refused --set 'settings.REDIS_URL=redis+sentinel://h:1/kyc?sentinelPassword=p'
refused --set settings.HTTPS_PROXY=http://u:p@h
refused --set settings.SYNCTERA_PROXY_URL=http://u:p@h
refused --set settings.APITURE_CLIENT_ID=12345678901234567
refused --set secrets.existingSecret=
refused --set secrets.files.REDIS_PASSWORD=redis-password
refused --set shutdown.preStopSeconds=-1
refused --set image.digest=sha256:1
refused --set replicaCount=2
refused --set autoscaling.minReplicas=1
refused --set 'networkPolicy.extraEgress[0].ports[0].port=80'
refused --set 'networkPolicy.extraEgress[0].to[0].ipBlock.cidr=0.0.0.0/0'
echo 'the chart is valid'
