import { serveDuck } from './serve-duck'

serveDuck()
