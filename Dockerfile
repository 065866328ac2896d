FROM node:24-slim AS build
WORKDIR /valence
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY console console
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production VALENCE_HOST=0.0.0.0 VALENCE_DATA=/data
WORKDIR /valence
COPY package.json package-lock.json ./
COPY console/prepare.ts console/prepare.ts
RUN npm ci --omit=dev --omit=optional && npm cache clean --force
COPY migrations migrations
COPY elements elements
COPY src src
COPY --from=build /valence/console/dist console/dist
RUN mkdir /data && chown node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/ready').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--no-node-snapshot", "--max-semi-space-size=16", "--heap-growing-percent=50", "src/main.ts"]
