// The file itself is streamed past here; where it goes to is still known.
done({ response_body: request_previous_response });
