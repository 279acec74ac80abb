import { defineConfig } from "vitest/config";

const everywhere = ["mesh", "services", "gateway", "cli", "scripts", "lab"];
const scenarios = ["lab/scenarios/**/*.test.ts"];
const unit = ["**/rules/**/*.test.ts", "lab/architecture/**/*.test.ts"];

export default defineConfig({
  test: {
    globalSetup: ["lab/setup/servers.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "unit", include: unit } },
      {
        extends: true,
        test: {
          name: "mesh",
          include: everywhere.map((folder) => `${folder}/**/*.test.ts`),
          exclude: [...unit, ...scenarios],
        },
      },
      { extends: true, test: { name: "scenarios", include: scenarios, fileParallelism: false, testTimeout: 120_000 } },
    ],
    coverage: {
      thresholds: { lines: 85 },
      include: ["mesh/**/*.ts", "services/**/*.ts", "gateway/**/*.ts", "cli/**/*.ts", "main.ts"],
      exclude: ["**/*.test.ts", "mesh/testing.ts", "mesh/testing/**", "cli/servers/testing*.ts"],
    },
  },
});
