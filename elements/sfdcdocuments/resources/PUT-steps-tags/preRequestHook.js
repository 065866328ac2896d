const { tags } = request_body_map;
if (tags === undefined) done({ continue: false, response_body: {} });
else done({ request_vendor_body: { topicNames: tags ?? [] } });
