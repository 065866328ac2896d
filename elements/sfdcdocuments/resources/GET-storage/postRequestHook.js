// Salesforce counts megabytes.
if (response_iserror) done();
else {
  const { Max, Remaining } = response_body.FileStorageMB;
  const megabyte = 1024 * 1024;
  const storage = { total: Max * megabyte, used: (Max - Remaining) * megabyte };
  done({ response_body: request_parameters.raw === 'true' ? { ...storage, raw: response_body } : storage });
}
