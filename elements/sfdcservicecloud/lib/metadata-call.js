// The Metadata API's calls for custom objects, which are SOAP.

const namespace = 'http://soap.sforce.com/2006/04/metadata';
const soap = 'http://schemas.xmlsoap.org/soap/envelope/';
const schema = 'http://www.w3.org/2001/XMLSchema-instance';

function escapeXml(text) {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An element for each member that has a value; what is no name of one is left out. */
function elements(members) {
  return Object.entries(members)
    .filter(([name, value]) => /^\w+$/.test(name) && value !== null && value !== undefined)
    .map(([name, value]) => `<${name}>${typeof value === 'object' ? elements(value) : escapeXml(value)}</${name}>`)
    .join('');
}

/** The envelope of a call; the session is the access token. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function envelope(call, content) {
  const header = `<SessionHeader xmlns="${namespace}">${elements({ sessionId: configuration['oauth.user.token'] })}</SessionHeader>`;
  const body = `<${call} xmlns="${namespace}">${content}</${call}>`;
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="${soap}" xmlns:xsi="${schema}"><soapenv:Header>${header}</soapenv:Header><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
}

/** The component that createMetadata and updateMetadata take. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function component(members) {
  return `<metadata xsi:type="CustomObject">${elements(members)}</metadata>`;
}
