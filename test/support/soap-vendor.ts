// What vendors of tests that speak SOAP read and write, with a reader of XML that is not ours.

import { XMLParser } from 'fast-xml-parser';
import type { RecordedRequest, VendorReply } from './recording-vendor.ts';

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  htmlEntities: true,
});

/** The operation in the Body of a request, and what is in it. */
export function soapCall(request: RecordedRequest): { operation: string; input: Record<string, never> } {
  const body = parser.parse(request.text).Envelope.Body;
  const [operation = '', input] = Object.entries(body)[0] ?? [];
  return { operation, input: (input === '' ? {} : input) as Record<string, never> };
}

/** The header of a request's envelope. */
export function soapHeader(request: RecordedRequest): Record<string, never> {
  return parser.parse(request.text).Envelope.Header ?? {};
}

/** An envelope with prefixes of the vendor's own. */
export function soapAnswer(content: string, namespace: string, prefix = 'S'): VendorReply {
  return {
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body: `<?xml version="1.0"?><${prefix}:Envelope xmlns:${prefix}="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ns2="${namespace}"><${prefix}:Header/><${prefix}:Body>${content}</${prefix}:Body></${prefix}:Envelope>`,
  };
}

/** A Fault of SOAP 1.1. */
export function soapFault(code: string, words: string, status: number): VendorReply {
  const answer = soapAnswer(
    `<S:Fault><faultcode>S:${code}</faultcode><faultstring>${words}</faultstring></S:Fault>`,
    '',
  );
  return { ...answer, status };
}
