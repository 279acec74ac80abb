import { defineConfig } from "vitest/config";

const everywhere = ["mesh", "services", "gateway", "cli", "scripts", "lab"];
const unit = ["**/rules/**/*.test.ts", "lab/architecture/**/*.test.ts"];
const scenarios = ["lab/scenarios/**/*.test.ts"];
// They start and kill whole installations on ports that must still be theirs afterwards: nothing runs beside them.
const alone = ["cli/up.test.ts", "lab/scenarios/kill-everything.test.ts", "lab/scenarios/readme.test.ts"];

export default defineConfig({
  test: {
    globalSetup: ["lab/setup/servers.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2, // the default leaves one core idle, which is half of a small machine
    isolate: false, // no module of ours remembers anything that a test can see: imported once, it is compiled once
    projects: [
      { extends: true, test: { name: "unit", include: unit } },
      {
        extends: true,
        test: {
          name: "mesh",
          include: everywhere.map((folder) => `${folder}/**/*.test.ts`),
          exclude: [...unit, ...scenarios, ...alone],
        },
      },
      { extends: true, test: { name: "scenarios", include: scenarios, exclude: alone, testTimeout: 120_000 } },
      {
        extends: true,
        test: { name: "alone", include: alone, fileParallelism: false, isolate: true, testTimeout: 120_000 },
      },
    ],
    coverage: {
      thresholds: { lines: 85 },
      include: ["mesh/**/*.ts", "services/**/*.ts", "gateway/**/*.ts", "cli/**/*.ts", "main.ts"],
      exclude: ["**/*.test.ts", "mesh/testing.ts", "mesh/testing/**", "cli/servers/testing*.ts"],
    },
  },
});
