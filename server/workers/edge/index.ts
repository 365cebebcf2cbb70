export { guarded, limitConnections } from './requests'
export { readTrustedProxies } from './trusted-proxies'
