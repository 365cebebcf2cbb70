export { admissionOf } from './admission'
export { heldStream } from './held-stream'
