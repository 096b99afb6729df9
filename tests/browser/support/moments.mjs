// One telling moment of each shipped scenario, for looks and screenshots.

export const MOMENTS = [
  { scenario: "first-program", at: "#/first-program?at=t21588000000&select=m1" },
  { scenario: "pull-and-push", at: "#/pull-and-push?at=t29000000000" },
  { scenario: "rebalance", at: "#/rebalance?at=t9000000000" },
  { scenario: "slow-consumer", at: "#/slow-consumer?at=t18000000000" },
  { scenario: "master-and-slave", at: "#/master-and-slave?at=t20000000000&select=m75" },
  { scenario: "retry-and-dead-letters", at: "#/retry-and-dead-letters?at=t25000000000&select=m2" },
  { scenario: "orderly-locks", at: "#/orderly-locks?at=t70000000000" },
  { scenario: "broadcast", at: "#/broadcast?at=t25000000000" },
  { scenario: "lite-pull", at: "#/lite-pull?at=t24000000000" },
  { scenario: "simple-consumer", at: "#/simple-consumer?at=t20000000000" },
  { scenario: "timeliness", at: "#/timeliness?at=t9500000000" },
  { scenario: "two-million", at: "#/two-million?at=t1000000000" },
  { scenario: "controller-election", at: "#/controller-election?at=t16000000000" },
];
