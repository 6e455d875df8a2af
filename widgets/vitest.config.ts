import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { environment: "jsdom", include: ["tests/**/*.test.ts"] },
  plugins: [
    {
      // The bundler puts style sheets in as text; so do the tests.
      name: "css-as-text",
      enforce: "pre",
      transform: (text, id) =>
        id.endsWith(".css") ? { code: `export default ${JSON.stringify(text)}`, map: null } : null,
    },
  ],
});
