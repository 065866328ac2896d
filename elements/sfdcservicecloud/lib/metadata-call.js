// The Metadata API's calls for custom objects, which are SOAP.

const namespace = 'http://soap.sforce.com/2006/04/metadata';

function escapeXml(text) {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An element for each member that has a value. */
function elements(members) {
  return Object.entries(members)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
    .join('');
}

/** The envelope of a call; the session is the access token. */
function _envelope(call, content) {
  const session = `<sessionId>${escapeXml(configuration['oauth.user.token'])}</sessionId>`;
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
    '<soapenv:Header><SessionHeader xmlns="' +
    namespace +
    '">' +
    session +
    '</SessionHeader></soapenv:Header>' +
    '<soapenv:Body><' +
    call +
    ' xmlns="' +
    namespace +
    '">' +
    content +
    '</' +
    call +
    '></soapenv:Body></soapenv:Envelope>'
  );
}

/** The component that createMetadata and updateMetadata take. */
function _component(members) {
  return `<metadata xsi:type="CustomObject">${elements(members)}</metadata>`;
}
