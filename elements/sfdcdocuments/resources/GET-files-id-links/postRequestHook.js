// Salesforce has one link, to a page where the file is seen and downloaded.
if (response_iserror) done();
else {
  const { fileViewUrl } = response_body;
  const links = { providerLink: fileViewUrl, providerViewLink: fileViewUrl };
  done({ response_body: request_parameters.raw === 'true' ? { ...links, raw: response_body } : links });
}
