/**
 * The suite that a discovery adapter has to pass, for vitest, node:test and mocha.
 *
 * @packageDocumentation
 */
export { CAPABILITIES, type Capability } from "./capability.js";
export { CONFORMANCE_GROUPS } from "./cases/index.js";
export type { ConformanceCase, ConformanceGroup } from "./conformance-case.js";
export {
  type ConformanceBackend,
  type ConformanceHarness,
  type PassOptions,
  type TestedDiscovery,
  TIMING_DEFAULTS,
} from "./harness.js";
export type { ConformanceIt, ConformanceRunner } from "./runner.js";
export { type ConformanceOptions, discoveryConformance, type SkippedCase } from "./suite.js";
