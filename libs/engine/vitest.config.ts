export { default } from '../../vitest.real-time.ts'
