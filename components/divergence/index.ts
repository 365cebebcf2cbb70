export { DivergenceScreen } from './divergence-screen'
