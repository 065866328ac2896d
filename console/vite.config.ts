// How the console and the other pages are built: into console/dist, which the server reads (src/http/web-pages.ts).

import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin, transformWithEsbuild } from 'vite';

const folder = fileURLToPath(new URL('.', import.meta.url));
const server = process.env['VALENCE_URL'] ?? 'http://127.0.0.1:8080';

/** Compresses once, here, what would be compressed at every answer otherwise. */
const compress: Plugin = {
  name: 'compress',
  apply: 'build',
  closeBundle() {
    const assets = join(folder, 'dist/assets');
    for (const name of readdirSync(assets).filter((file) => /\.(js|css|svg)$/.test(file))) {
      const file = join(assets, name);
      const content = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(content));
      writeFileSync(`${file}.gz`, gzipSync(content));
    }
  },
};

/** The script for other people's pages: one file under one name, that is no module and shares nothing with the pages. */
const embed: Plugin = {
  name: 'embed',
  apply: 'build',
  async closeBundle() {
    const source = join(folder, 'connect/embed.ts');
    const options = { loader: 'ts', format: 'iife', minify: true, target: 'es2020' } as const;
    const { code } = await transformWithEsbuild(readFileSync(source, 'utf8'), source, options);
    writeFileSync(join(folder, 'dist/connect.js'), code);
    copyFileSync(join(folder, 'connect/connect.d.ts'), join(folder, 'dist/connect.d.ts'));
  },
};

export default defineConfig({
  root: folder,
  // The server puts a fresh nonce in its place with every answer.
  html: { cspNonce: '__PAGE_NONCE__' },
  esbuild: { jsx: 'automatic' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    // Data URLs in styles would ask for a wider policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      // Hints for frameworks that render on servers, which say nothing here.
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
      input: ['index.html', 'connect.html'].map((page) => join(folder, page)).filter((page) => existsSync(page)),
    },
  },
  plugins: [compress, embed],
  server: {
    proxy: Object.fromEntries(
      ['/elements/api-v2', '/console/', '/oauth/callback'].map((path) => [path, { target: server }]),
    ),
  },
});
