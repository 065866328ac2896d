// What scripts reach the network with: axios, http and https as they know them, over the one door that the host gives.

import { base64Text, utf8Bytes } from './codec.js';
import { stringifyQuery } from './text-modules.js';

const hasOwn = Object.hasOwn;

function headerNamed(headers, name) {
  return Object.keys(headers).find((key) => key.toLowerCase() === name);
}

function textHeaders(...layers) {
  const headers = {};
  for (const layer of layers) {
    for (const name of Object.keys(layer ?? {})) {
      const value = layer[name];
      const known = headerNamed(headers, name.toLowerCase());
      if (known !== undefined) delete headers[known];
      if (value !== undefined && value !== null) headers[name] = String(value);
    }
  }
  return headers;
}

function withQuery(url, params) {
  if (params === undefined || params === null) return url;
  let query = '';
  if (typeof params === 'string') query = params;
  else {
    const pairs = {};
    for (const name of Object.keys(params)) {
      const value = params[name];
      if (value === undefined || value === null) continue;
      if (Array.isArray(value)) pairs[`${name}[]`] = value;
      else if (value instanceof Date) pairs[name] = value.toISOString();
      else pairs[name] = typeof value === 'object' ? JSON.stringify(value) : value;
    }
    query = stringifyQuery(pairs);
  }
  if (query === '') return url;
  const [address] = url.split('#');
  return `${address}${address.includes('?') ? '&' : '?'}${query}`;
}

function withBase(base, url) {
  if (!base || /^[a-z][a-z\d+.-]*:\/\//i.test(url)) return url;
  return url ? `${base.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}` : base;
}

/** An axios of its own for each run, since scripts set `axios.defaults`. `send(request, settle)` is the host's door. */
export function makeAxios(send, defaults = {}) {
  function request(target, more) {
    const given = typeof target === 'string' ? { ...more, url: target } : { ...target };
    const config = { ...axios.defaults, ...given };
    config.method = String(config.method ?? 'get').toLowerCase();
    const perMethod = ['post', 'put', 'patch'].includes(config.method)
      ? axios.defaults.headers?.[config.method]
      : undefined;
    const { common, post, put, patch, get, delete: _delete, head, ...plain } = axios.defaults.headers ?? {};
    const headers = textHeaders(
      { Accept: 'application/json, text/plain, */*' },
      common,
      perMethod,
      plain,
      given.headers,
    );
    let data = config.data;
    if (data !== undefined && data !== null && typeof data !== 'string') {
      if (headerNamed(headers, 'content-type') === undefined) headers['Content-Type'] = 'application/json';
      const form = headers[headerNamed(headers, 'content-type')].includes('x-www-form-urlencoded');
      data = form ? stringifyQuery(data) : JSON.stringify(data);
    } else if (typeof data === 'string' && headerNamed(headers, 'content-type') === undefined) {
      headers['Content-Type'] = 'application/x-www-form-urlencoded';
    }
    if (config.auth) {
      const pair = `${config.auth.username ?? ''}:${config.auth.password ?? ''}`;
      headers['Authorization'] = `Basic ${base64Text(utf8Bytes(pair))}`;
    }
    config.headers = headers;
    return new Promise((resolve, reject) => {
      const fail = (message, code, response) => {
        const error = new Error(message);
        Object.assign(error, { config, code, response, request: {}, isAxiosError: true });
        reject(error);
      };
      const outgoing = {
        method: config.method.toUpperCase(),
        url: withQuery(withBase(config.baseURL, String(config.url ?? '')), config.params),
        headers,
        ...(data === undefined || data === null ? {} : { body: data }),
      };
      send(outgoing, (error, reply) => {
        if (error !== undefined) return fail(error, 'ERR_NETWORK');
        const accepts = hasOwn(config, 'validateStatus')
          ? config.validateStatus
          : (status) => status >= 200 && status < 300;
        const response = {
          data: reply.body,
          status: reply.status,
          statusText: '',
          headers: reply.headers,
          config,
          request: {},
        };
        if (config.responseType !== 'text') {
          try {
            response.data = JSON.parse(reply.body);
          } catch {
            // no JSON: axios leaves the text
          }
        }
        if (!accepts || accepts(reply.status)) resolve(response);
        else fail(`Request failed with status code ${reply.status}`, 'ERR_BAD_RESPONSE', response);
      });
    });
  }
  const axios = (target, more) => request(target, more);
  axios.defaults = { ...defaults, headers: { common: {}, ...defaults.headers } };
  axios.request = request;
  for (const method of ['get', 'delete', 'head', 'options']) {
    axios[method] = (url, config) => request({ ...config, method, url });
  }
  for (const method of ['post', 'put', 'patch']) {
    axios[method] = (url, data, config) => request({ ...config, method, url, data });
  }
  axios.create = (config) => makeAxios(send, { ...axios.defaults, ...config });
  axios.all = (promises) => Promise.all(promises);
  axios.spread = (callback) => (values) => callback(...values);
  axios.isAxiosError = (error) => error?.isAxiosError === true;
  axios.default = axios;
  return axios;
}

class Emitter {
  #listeners = new Map();
  on(event, listener) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }
  once(event, listener) {
    return this.on(event, listener);
  }
  addListener(event, listener) {
    return this.on(event, listener);
  }
  emit(event, ...values) {
    const listeners = this.#listeners.get(event) ?? [];
    for (const listener of listeners) listener.apply(this, values);
    return listeners.length > 0;
  }
}

class Response extends Emitter {
  constructor(reply) {
    super();
    this.statusCode = reply.status;
    this.statusMessage = '';
    this.headers = reply.headers;
  }
  setEncoding() {
    return this;
  }
  resume() {
    return this;
  }
}

class Request extends Emitter {
  #send;
  #options;
  #body = '';
  #sent = false;
  constructor(send, options, callback) {
    super();
    this.#send = send;
    this.#options = options;
    if (typeof callback === 'function') this.on('response', callback);
  }
  setHeader(name, value) {
    this.#options.headers = textHeaders(this.#options.headers, { [name]: value });
  }
  setTimeout() {
    return this;
  }
  write(chunk) {
    this.#body += chunk;
    return true;
  }
  abort() {
    this.#sent = true;
  }
  destroy() {
    this.#sent = true;
  }
  end(chunk) {
    if (typeof chunk === 'string' || ArrayBuffer.isView(chunk)) this.write(chunk);
    if (this.#sent) return this;
    this.#sent = true;
    const { method, url, headers } = this.#options;
    const outgoing = { method, url, headers, ...(this.#body === '' ? {} : { body: this.#body }) };
    this.#send(outgoing, (error, reply) => {
      if (error !== undefined) {
        if (!this.emit('error', new Error(error))) throw new Error(error);
        return;
      }
      const response = new Response(reply);
      this.emit('response', response);
      if (reply.body !== '') response.emit('data', reply.body);
      response.emit('end');
      response.emit('close');
    });
    return this;
  }
}

/** Reached by every run, so the host's side freezes them. */
export const sharedClasses = [Emitter, Response, Request];

function addressOf(protocol, options) {
  const scheme = options.protocol ?? protocol;
  const host = options.hostname ?? options.host ?? 'localhost';
  const port = options.port === undefined || options.port === null || host.includes(':') ? '' : `:${options.port}`;
  return `${scheme}//${host}${port}${options.path ?? '/'}`;
}

/** Node's `http` or `https`: `request` and `get`. */
export function makeHttp(send, protocol) {
  function request(target, second, third) {
    const options = typeof target === 'string' ? (typeof second === 'object' ? { ...second } : {}) : { ...target };
    const callback = typeof second === 'function' ? second : third;
    const headers = textHeaders(options.headers);
    if (options.auth) headers['Authorization'] = `Basic ${base64Text(utf8Bytes(String(options.auth)))}`;
    const url = typeof target === 'string' ? target : addressOf(protocol, options);
    return new Request(send, { method: String(options.method ?? 'GET').toUpperCase(), url, headers }, callback);
  }
  const get = (target, second, third) => {
    const outgoing = request(target, second, third);
    outgoing.end();
    return outgoing;
  };
  return { request, get, Agent: class Agent {} };
}
