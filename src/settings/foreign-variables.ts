/** An address of a service that Kubernetes and Docker put into the environment of each container: `tcp://10.0.0.1:6379`. */
const SERVICE_LINK_VALUE = /^(tcp|udp|sctp):\/\//
/** The target of a compiler, which conda and others set as `HOST`: `x86_64-conda-linux-gnu`, `arm64-apple-darwin20.0.0`, `aarch64-linux-gnu`. */
const COMPILER_TARGET =
  /^(x86_64|i[3-6]86|aarch64|arm|powerpc|ppc|s390|riscv|mips|sparc|loongarch)[a-z0-9_]*(-[a-z0-9_]+)?-(linux|darwin|freebsd|windows|mingw|cygwin|msys)[\w.]*(-\w+)?$/

/** Names that Kubernetes and Docker make of the name of a service. */
const SERVICE_LINK =
  /_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?|ENV_[A-Z0-9_]+)$/
/** Names that other programs read, and that look like ours. */
const OTHERS = /^((all|ftp|rsync|socks)_proxy|KUBERNETES_.*|CONDA_.*|HEROKU_.*|npm_.*|PM2_.*)$/i

/** True for a value that another program gave to a name that is ours by chance; it counts as not set. */
export const isForeignValue = (name: string, value: string): boolean =>
  (name.endsWith('_PORT') && SERVICE_LINK_VALUE.test(value)) || (name === 'HOST' && COMPILER_TARGET.test(value))

/** True for a variable that is known to be another program's. */
export const isForeignVariable = (name: string, value: string): boolean =>
  SERVICE_LINK.test(name) || OTHERS.test(name) || (name.endsWith('_PORT') && SERVICE_LINK_VALUE.test(value))
