// One telling moment of each shipped scenario, for looks and screenshots.

export const MOMENTS = [
  { scenario: "first-program", at: "#/first-program?at=21.9s&select=m1" },
  { scenario: "pull-and-push", at: "#/pull-and-push?at=29s" },
  { scenario: "rebalance", at: "#/rebalance?at=7.2s" },
  { scenario: "slow-consumer", at: "#/slow-consumer?at=18s" },
];
