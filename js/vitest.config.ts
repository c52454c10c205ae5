import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

// The tests run in a real browser: an installed Chromium or Chrome, never a downloaded one.
export default defineConfig({
  server: { fs: { allow: [".."] } },
  // What Vite finds out about only while tests run makes it reload them.
  optimizeDeps: { include: ["hls.js"] },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: "chromium" }],
      provider: playwright({
        launchOptions: {
          executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
          // Chromium's sandbox refuses to run as root, as in a container.
          args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
        },
      }),
    },
  },
});
