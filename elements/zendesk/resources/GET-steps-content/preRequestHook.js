done({ request_vendor_path: request_previous_response.content_url });
