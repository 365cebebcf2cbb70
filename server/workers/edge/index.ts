export { openConnectionRoom } from './connection-room'
export { guarded, limitConnections } from './requests'
export { readTrustedProxies } from './trusted-proxies'
