/** The build without Redis, which has the types of the whole. */
declare module 'bottleneck/light.js' {
  export { default } from 'bottleneck';
}
